import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import * as React from 'react';

import { Key } from '../components/Key';
import { OutputsBar } from '../components/OutputsBar';
import { Trouble } from '../components/Trouble';
import { count } from '../format';
import { useSignal } from '../hooks/useSignal';
import { useTranslator } from '../hooks/useTranslator';
import type { OutputsModel } from '../model/outputs';
import { LuminoHost } from './luminoHost';
import { RichOutputs } from './richOutputs';

export interface TaskOutputsProps {
  readonly model: OutputsModel;
  readonly rendermime: IRenderMimeRegistry;
}

/** What a task has displayed. */
export function TaskOutputs({ model, rendermime }: TaskOutputsProps): React.JSX.Element {
  const trans = useTranslator();
  const [widget, setWidget] = React.useState<RichOutputs | null>(null);
  React.useEffect(() => {
    const made = new RichOutputs(model, rendermime, trans);
    setWidget(made);
    return () => {
      made.dispose();
    };
  }, [model, rendermime, trans]);
  return widget === null || widget.isDisposed ? <></> : <Shown model={model} widget={widget} />;
}

interface ShownProps {
  readonly model: OutputsModel;
  readonly widget: RichOutputs;
}

function Shown({ model, widget }: ShownProps): React.JSX.Element {
  const trans = useTranslator();
  const outputs = useSignal(model.changed, () => model.outputs);
  const ready = useSignal(model.changed, () => model.ready);
  const error = useSignal(model.changed, () => model.error);
  const tooMany = useSignal(model.changed, () => model.tooMany);
  const blocked = useSignal(widget.changed, () => widget.blocked);
  const left = useSignal(widget.changed, () => widget.left);
  return (
    <div className="cb-TaskOutputs" tabIndex={0} role="group" aria-label={trans.__('Outputs')}>
      {error !== null && <Trouble error={error} onRetry={() => model.poke()} />}
      <OutputsBar blocked={blocked} onLoad={() => widget.loadRemote()} />
      {ready && outputs.length === 0 && (
        <p className="cb-Log-empty">{trans.__('Nothing was displayed.')}</p>
      )}
      <LuminoHost widget={widget} className="cb-TaskOutputs-host" />
      {left > 0 && (
        <div className="cb-Log-edge">
          <Key onClick={() => widget.showMore()}>
            {trans._n('Show %1 more output', 'Show %1 more outputs', left, count(left))}
          </Key>
        </div>
      )}
      {tooMany && left === 0 && (
        <p className="cb-Log-empty">{trans.__('There were more outputs than are kept here.')}</p>
      )}
    </div>
  );
}
