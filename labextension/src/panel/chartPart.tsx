import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { JSONObject } from '@lumino/coreutils';
import * as React from 'react';

import { ChartControls } from '../components/ChartControls';
import { columnTitle } from '../components/columnTitle';
import { useSignal } from '../hooks/useSignal';
import { useTranslator } from '../hooks/useTranslator';
import { useWidth } from '../hooks/useWidth';
import type { ChartData } from '../model/chartData';
import type { IChartLook } from '../model/chartLook';
import { canBeParallel, chartSpec, yFields } from '../model/charts';
import { Rendered } from './rendered';

const VEGA_LITE = 'application/vnd.vegalite.v5+json';
const AROUND = 72; // the margins, and the renderer's menu
const HEIGHTS = { least: 280, most: 640, around: 100 };
/** Pictures of the chart may be saved; nothing of it is sent to an editor elsewhere. */
const EMBED: JSONObject = {
  embed_options: { actions: { export: true, source: false, compiled: false, editor: false } }
};

export interface ChartPartProps {
  readonly chart: ChartData;
  readonly rendermime: IRenderMimeRegistry;
}

/** The chart of a run, drawn by JupyterLab's own renderer in the colours that the page has when it is made. */
export function ChartPart({ chart, rendermime }: ChartPartProps): React.JSX.Element {
  const trans = useTranslator();
  const host = React.useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const sample = useSignal(chart.changed, () => chart.sample);
  const fields = useSignal(chart.changed, () => chart.fields);
  const choice = useSignal(chart.changed, () => chart.choice);
  const error = useSignal(chart.changed, () => chart.error);
  React.useEffect(() => {
    chart.shown = true;
    return () => {
      chart.shown = false;
    };
  }, [chart]);
  const onDrawn = React.useCallback(
    (node: HTMLElement) => {
      node.querySelector('summary')?.setAttribute('aria-label', trans.__('Save the chart'));
    },
    [trans]
  );
  const spec = React.useMemo(() => {
    if (host.current === null || sample === null || choice === null || width === 0) {
      return null;
    }
    const look = lookOf(host.current, width);
    return chartSpec(sample.tasks, fields, choice, look, field => columnTitle(field, trans));
  }, [sample, fields, choice, width, trans]);
  return (
    <div ref={host} className="cb-Chart">
      {error !== null && <p className="cb-Note">{error.message}</p>}
      {sample !== null && choice === null && (
        <p className="cb-Note">
          {trans.__('There is no number to draw yet: return one from the task, or log a metric.')}
        </p>
      )}
      {sample !== null && choice !== null && (
        <ChartControls
          choice={choice}
          xFields={fields.filter(field => field.key !== choice.y)}
          yFields={yFields(fields)}
          colorFields={fields.filter(field => field.kind === 'param' && field.key !== choice.x)}
          canBeParallel={canBeParallel(fields)}
          drawn={sample.tasks.length}
          total={sample.total}
          onChange={next => {
            chart.choose(next);
          }}
        />
      )}
      {spec !== null && rendermime.getFactory(VEGA_LITE) === undefined && (
        <p className="cb-Note">
          {trans.__('This JupyterLab has no renderer of Vega-Lite charts.')}
        </p>
      )}
      {spec !== null && rendermime.getFactory(VEGA_LITE) !== undefined && (
        <Rendered
          rendermime={rendermime}
          mime={VEGA_LITE}
          data={spec}
          metadata={EMBED}
          className="cb-Chart-drawing"
          label={trans.__('Chart')}
          onDrawn={onDrawn}
        />
      )}
    </div>
  );
}

/** The colours of the page, as they are now. */
function lookOf(node: HTMLElement, width: number): IChartLook {
  const style = getComputedStyle(node);
  const room = node.parentElement?.clientHeight ?? 0;
  const color = (name: string): string => style.getPropertyValue(name).trim();
  return {
    width: Math.max(width - AROUND, 160),
    height: Math.min(Math.max(room - HEIGHTS.around, HEIGHTS.least), HEIGHTS.most),
    text: color('--jp-ui-font-color1'),
    faint: color('--jp-border-color2'),
    accent: color('--jp-brand-color1'),
    font: color('--jp-ui-font-family')
  };
}
