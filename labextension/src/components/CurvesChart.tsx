import * as React from 'react';

import { useTranslator } from '../hooks/useTranslator';
import { useWidth } from '../hooks/useWidth';
import type { ICurve } from '../model/curveRows';
import { cellText } from './cellText';
import { drawnCurve, frameOf, type IDrawnCurve, nearestCurve } from './curveDrawing';
import { CurveGrid } from './CurveGrid';
import { CurveLine, FocusedCurve } from './CurveLine';
import { stateLabel } from './StateIcon';

export interface CurvesChartProps {
  /** In the order of their tasks. */
  readonly curves: readonly ICurve[];
  readonly metric: string;
  readonly logarithmic: boolean;
  /** The task whose curve stands out, null for none. */
  readonly best: number | null;
  /** In CSS pixels. */
  readonly height: number;
  /** More of a task than its number and state, as far as it is known. */
  readonly describe?: (task: number) => string;
  /** Not given where there is only the task that is open already. */
  readonly onOpen?: (task: number) => void;
}

const REACH = 40;
/** So many lines cover each other: each is drawn fainter. */
const DENSE = 60;

/** What tasks report, step by step: a line for each. Lines can be pointed at and walked through with the arrow keys. */
export function CurvesChart(props: CurvesChartProps): React.JSX.Element {
  const { curves, metric, logarithmic, best, height, describe, onOpen } = props;
  const trans = useTranslator();
  const host = React.useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const id = React.useId();
  const [at, setAt] = React.useState<{ task: number; place: number } | null>(null);
  const frame = React.useMemo(
    () => frameOf(curves, width, height, logarithmic),
    [curves, width, height, logarithmic]
  );
  const drawn = React.useMemo(() => {
    const order = (task: IDrawnCurve): number =>
      task.curve.task === best ? 2 : task.curve.state === 'pruned' ? 0 : 1;
    return curves
      .map(curve => drawnCurve(curve, frame))
      .sort((one, other) => order(one) - order(other));
  }, [curves, frame, best]);
  const focused = at === null ? undefined : drawn.find(({ curve }) => curve.task === at.task);

  const labelOf = (curve: ICurve, place: number): string => {
    const value = cellText('metric', curve.values[place] ?? null);
    const parts = [
      trans.__('Task %1: %2', curve.task, stateLabel(curve.state, trans)),
      trans.__('step %1', cellText('metric', curve.steps[place] ?? null)),
      `${metric} ${value === '' ? 'NaN' : value}`,
      describe?.(curve.task) ?? ''
    ];
    return parts.filter(part => part !== '').join(' · ');
  };
  const onMouseMove = (event: React.MouseEvent): void => {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(nearestCurve(drawn, event.clientX - box.left, event.clientY - box.top, REACH));
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if ((event.key === 'Enter' || event.key === ' ') && at !== null && onOpen !== undefined) {
      event.preventDefault();
      onOpen(at.task);
      return;
    }
    const next = curveAfterKey(event.key, curves, at?.task ?? null);
    if (next !== undefined) {
      event.preventDefault();
      setAt({ task: next.task, place: next.values.length - 1 });
    }
  };
  const many = onOpen !== undefined;
  const listed = many
    ? {
        role: 'listbox',
        tabIndex: 0,
        'aria-activedescendant': focused && `${id}-${focused.curve.task}`,
        onKeyDown
      }
    : { role: 'img' };
  return (
    <div
      ref={host}
      className={`cb-CurvesChart${many ? ' cb-mod-many' : ''}${curves.length > DENSE ? ' cb-mod-dense' : ''}`}
      data-task={focused?.curve.task}
      {...listed}
      aria-label={trans._n(
        '%2, step by step: %1 curve',
        '%2, step by step: %1 curves',
        curves.length,
        metric
      )}
      onMouseMove={onMouseMove}
      onMouseLeave={() => setAt(null)}
      onBlur={() => setAt(null)}
      onClick={() => {
        if (at !== null) {
          onOpen?.(at.task);
        }
      }}
    >
      <svg className="cb-CurvesChart-drawing" width={width} height={height} role="presentation">
        <CurveGrid frame={frame} metric={metric} />
        {drawn.map(({ curve, path, points }) => (
          <CurveLine
            key={curve.task}
            id={`${id}-${curve.task}`}
            path={path}
            x={points.at(-1)?.x}
            y={points.at(-1)?.y}
            state={curve.state}
            best={curve.task === best && many}
            lonely={points.length === 1}
            label={many ? labelOf(curve, curve.values.length - 1) : ''}
            chosen={curve.task === at?.task}
          />
        ))}
        {focused !== undefined && at !== null && <FocusedCurve drawn={focused} place={at.place} />}
      </svg>
      {focused !== undefined && at !== null && (
        <div className="cb-Tip" style={tipPlace(focused, at.place, width)} aria-hidden>
          {labelOf(focused.curve, at.place)}
        </div>
      )}
    </div>
  );
}

/** The curve that a key leads to; undefined for a key that leads nowhere. */
function curveAfterKey(
  key: string,
  curves: readonly ICurve[],
  task: number | null
): ICurve | undefined {
  const place = curves.findIndex(curve => curve.task === task);
  switch (key) {
    case 'ArrowDown':
    case 'ArrowRight':
      return curves[Math.min(place + 1, curves.length - 1)];
    case 'ArrowUp':
    case 'ArrowLeft':
      return curves[Math.max(place - 1, 0)];
    case 'Home':
      return curves[0];
    case 'End':
      return curves.at(-1);
    default:
      return undefined;
  }
}

/** Beside the point, on the side where there is room. */
function tipPlace(drawn: IDrawnCurve, place: number, width: number): React.CSSProperties {
  const point = drawn.points.find(each => each.place === place) ?? drawn.points.at(-1);
  const { x, y } = point ?? { x: 0, y: 0 };
  const top = Math.max(y - 30, 0);
  return x < width / 2 ? { left: x + 10, top } : { right: Math.max(width - x + 10, 0), top };
}
