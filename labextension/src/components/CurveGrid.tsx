import * as React from 'react';

import { useTranslator } from '../hooks/useTranslator';
import { cellText } from './cellText';
import { EDGES, type ICurveFrame } from './curveDrawing';

export interface CurveGridProps {
  readonly frame: ICurveFrame;
  readonly metric: string;
}

const FAR = 1e5;
const TINY = 1e-3;

/** What is behind the curves and beside them: lines, numbers, and what they are of. */
export function CurveGrid({ frame, metric }: CurveGridProps): React.JSX.Element {
  const { width, height, x, y } = frame;
  const trans = useTranslator();
  const right = width - EDGES.right;
  const bottom = height - EDGES.bottom;
  return (
    <g className="cb-CurveGrid" aria-hidden>
      {y.ticks.map(tick => (
        <React.Fragment key={tick}>
          <line x1={EDGES.left} x2={right} y1={y.place(tick)} y2={y.place(tick)} />
          <text x={EDGES.left - 8} y={y.place(tick)} dy="0.35em" textAnchor="end">
            {tickText(tick)}
          </text>
        </React.Fragment>
      ))}
      <line className="cb-mod-axis" x1={EDGES.left} x2={right} y1={bottom} y2={bottom} />
      {x.ticks.map(tick => (
        <text key={tick} x={x.place(tick)} y={bottom + 16} textAnchor="middle">
          {tickText(tick)}
        </text>
      ))}
      <text className="cb-mod-title" x={right} y={height - 5} textAnchor="end">
        {trans.__('step')}
      </text>
      <text
        className="cb-mod-title"
        transform={`translate(11 ${(EDGES.top + bottom) / 2}) rotate(-90)`}
        textAnchor="middle"
      >
        {metric.slice(0, 40)}
      </text>
    </g>
  );
}

function tickText(tick: number): string {
  const size = Math.abs(tick);
  return size !== 0 && (size >= FAR || size < TINY)
    ? tick.toExponential().replace('e+', 'e')
    : cellText('metric', tick);
}
