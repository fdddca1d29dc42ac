import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { TaskState } from '../api/client';
import { count } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import type { ICurvesChoice } from '../model/curves';
import type { ICurve } from '../model/curveRows';
import { Choice } from './Choice';
import { StateIcon, stateLabel } from './StateIcon';

export interface CurvesControlsProps {
  readonly curves: readonly ICurve[];
  readonly metric: string;
  readonly metrics: readonly string[];
  readonly logarithmic: boolean;
  readonly choose: ICurvesChoice['choose'];
  readonly highest: boolean;
  /** The run's search says which values are good. */
  readonly isJudged: boolean;
  readonly best: number | null;
  /** How many tasks have reported. */
  readonly total: number;
  readonly onChange: (choice: Partial<ICurvesChoice>) => void;
}

/** States in which the end of a curve has a mark. */
const MARKED: readonly TaskState[] = ['running', 'pruned', 'failed'];

/** Which curves are shown and how, and what their marks mean. */
export function CurvesControls(props: CurvesControlsProps): React.JSX.Element {
  const { curves, metric, metrics, logarithmic, choose, highest, isJudged, total } = props;
  const { best, onChange } = props;
  const trans = useTranslator();
  const names = metrics.includes(metric) ? metrics : [metric, ...metrics];
  const several = total > 1;
  return (
    <div className="cb-ChartControls">
      {names.length > 1 && (
        <Choice
          label={trans.__('Metric')}
          value={metric}
          options={names.map(name => ({ value: name, text: name }))}
          onChange={name => onChange({ metric: name })}
        />
      )}
      <Choice
        label={trans.__('Scale')}
        value={logarithmic ? 'log' : 'linear'}
        options={[
          { value: 'linear', text: trans.__('Linear') },
          { value: 'log', text: trans.__('Logarithmic') }
        ]}
        onChange={scale => onChange({ logarithmic: scale === 'log' })}
      />
      {several && !isJudged && (
        <Choice
          label={trans.__('Best')}
          value={highest ? 'highest' : 'lowest'}
          options={[
            { value: 'lowest', text: trans.__('the lowest') },
            { value: 'highest', text: trans.__('the highest') }
          ]}
          onChange={which => onChange({ highest: which === 'highest' })}
        />
      )}
      {total > curves.length && several && (
        <Choice
          label={trans.__('Shown')}
          value={choose}
          options={[
            { value: 'newest', text: trans.__('those that reported last') },
            { value: 'best', text: trans.__('those that ended best') }
          ]}
          onChange={which => onChange({ choose: which === 'best' ? 'best' : 'newest' })}
        />
      )}
      {several && (
        <span className="cb-CurvesControls-legend">
          {best !== null && (
            <span className="cb-CurvesControls-mark">
              <span className="cb-CurvesControls-line" />
              {trans.__('best: task %1', best)}
            </span>
          )}
          {MARKED.filter(state => curves.some(curve => curve.state === state)).map(state => (
            <span key={state} className="cb-CurvesControls-mark">
              <StateIcon state={state} decorative />
              {markText(state, curves, trans)}
            </span>
          ))}
        </span>
      )}
      {total > curves.length && several && (
        <span className="cb-ChartControls-note">
          {trans.__('%1 of %2 curves', count(curves.length), count(total))}
        </span>
      )}
    </div>
  );
}

function markText(state: TaskState, curves: readonly ICurve[], trans: TranslationBundle): string {
  const many = curves.filter(curve => curve.state === state).length;
  return `${count(many)} ${stateLabel(state, trans).toLowerCase()}`;
}
