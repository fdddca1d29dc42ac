import * as React from 'react';

import { spansDecades } from '../components/curveAxis';
import { numbersOf } from '../components/curveDrawing';
import { CurvesChart } from '../components/CurvesChart';
import { CurvesControls } from '../components/CurvesControls';
import { Trouble } from '../components/Trouble';
import { useSignal } from '../hooks/useSignal';
import { useTranslator } from '../hooks/useTranslator';
import type { CurvesModel } from '../model/curves';

export interface CurvesPartProps {
  readonly model: CurvesModel;
  /** In CSS pixels. */
  readonly height: number;
  readonly describe?: (task: number) => string;
  /** Not given where the curves are of the task that is open. */
  readonly onOpen?: (task: number) => void;
}

/** The curves of a run, or of a task, followed while they are looked at. */
export function CurvesPart({
  model,
  height,
  describe,
  onOpen
}: CurvesPartProps): React.JSX.Element {
  const trans = useTranslator();
  const curves = useSignal(model.changed, () => model.curves);
  const choice = useSignal(model.changed, () => model.choice);
  const error = useSignal(model.changed, () => model.error);
  const total = useSignal(model.changed, () => model.total);
  const metric = useSignal(model.changed, () => model.metric);
  const metrics = useSignal(model.changed, () => model.metrics);
  const best = useSignal(model.changed, () => model.best);
  React.useEffect(() => {
    model.looked = true;
    return () => {
      model.looked = false;
    };
  }, [model]);
  const spans = React.useMemo(() => spansDecades(numbersOf(curves)), [curves]);
  const logarithmic = choice.logarithmic ?? spans;
  return (
    <div className="cb-Curves">
      {error !== null && <Trouble error={error} onRetry={() => model.poke()} />}
      {curves.length === 0 ? (
        <p className="cb-Note">
          {total === 0
            ? trans.__('Nothing has been reported yet.')
            : trans.__('Reading the curves…')}
        </p>
      ) : (
        <>
          <CurvesControls
            curves={curves}
            metric={metric}
            metrics={metrics}
            logarithmic={logarithmic}
            choose={choice.choose}
            highest={model.highest}
            isJudged={model.isJudged}
            best={onOpen === undefined ? null : best}
            total={total}
            onChange={change => model.choose(change)}
          />
          <CurvesChart
            curves={curves}
            metric={metric}
            logarithmic={logarithmic}
            best={best}
            height={height}
            {...(describe && { describe })}
            {...(onOpen && { onOpen })}
          />
        </>
      )}
    </div>
  );
}
