import * as React from 'react';

import type { TaskState } from '../api/client';
import type { IDrawnCurve } from './curveDrawing';

export interface CurveLineProps {
  readonly id: string;
  readonly path: string;
  /** Where it ends; undefined if it has no point. */
  readonly x: number | undefined;
  readonly y: number | undefined;
  readonly state: TaskState;
  readonly best: boolean;
  /** It is a point, and no line yet. */
  readonly lonely: boolean;
  /** What it says to who cannot see it; "" for the one curve of a picture. */
  readonly label: string;
  readonly chosen: boolean;
}

const END = 3.5;

/** A task's curve, drawn again only if it is another. How it ended is a mark at its end. */
export const CurveLine = React.memo(function CurveLine(props: CurveLineProps): React.JSX.Element {
  const { id, path, x, y, state, best, lonely, label, chosen } = props;
  const option =
    label === '' ? {} : { role: 'option', 'aria-label': label, 'aria-selected': chosen };
  return (
    <g id={id} className={`cb-CurveLine cb-mod-${state}${best ? ' cb-mod-best' : ''}`} {...option}>
      <path className="cb-CurveLine-line" d={path} />
      {x !== undefined && y !== undefined && <End state={state} x={x} y={y} lonely={lonely} />}
    </g>
  );
});

interface EndProps {
  readonly state: TaskState;
  readonly x: number;
  readonly y: number;
  readonly lonely: boolean;
}

function End({ state, x, y, lonely }: EndProps): React.JSX.Element | null {
  switch (state) {
    case 'pruned':
      return (
        <path
          className="cb-CurveLine-end"
          d={`M${x - END} ${y - 2.5}h${2 * END}l${-END} ${2 * END - 1}z`}
        />
      );
    case 'failed':
      return <path className="cb-CurveLine-cross" d={`M${x - 3} ${y - 3}l6 6m0 -6l-6 6`} />;
    case 'running':
      return <circle className="cb-CurveLine-end" cx={x} cy={y} r={END - 0.5} />;
    default:
      return lonely ? <circle className="cb-CurveLine-end" cx={x} cy={y} r={2} /> : null;
  }
}

export interface FocusedCurveProps {
  readonly drawn: IDrawnCurve;
  readonly place: number;
}

/** The curve that is pointed at, above the others. */
export function FocusedCurve({ drawn, place }: FocusedCurveProps): React.JSX.Element {
  const point = drawn.points.find(each => each.place === place);
  return (
    <g className="cb-FocusedCurve" aria-hidden>
      <path d={drawn.path} />
      {point !== undefined && <circle cx={point.x} cy={point.y} r={4} />}
    </g>
  );
}
