import type { ICurve } from '../model/curveRows';
import { axisOf, type IAxis } from './curveAxis';

/** A place of a curve, in CSS pixels of the drawing, and which of its values it is. */
export interface ICurvePoint {
  readonly x: number;
  readonly y: number;
  readonly place: number;
}

/** A curve as it is drawn. */
export interface IDrawnCurve {
  readonly curve: ICurve;
  readonly points: readonly ICurvePoint[];
  /** As an SVG path; values that are no numbers leave a gap. */
  readonly path: string;
}

/** The drawing: its size, and what is along its edges. */
export interface ICurveFrame {
  readonly width: number;
  readonly height: number;
  readonly x: IAxis;
  readonly y: IAxis;
}

/** Room for what is written around the curves. */
export const EDGES = { left: 56, right: 14, top: 10, bottom: 38 };
const PER_TICK = { x: 90, y: 48 };

export function frameOf(
  curves: readonly ICurve[],
  width: number,
  height: number,
  logarithmic: boolean
): ICurveFrame {
  const right = Math.max(width - EDGES.right, EDGES.left + 1);
  const bottom = height - EDGES.bottom;
  const steps = curves.flatMap(({ steps: each }) => each);
  const across = (right - EDGES.left) / PER_TICK.x;
  const up = (bottom - EDGES.top) / PER_TICK.y;
  const x = axisOf(steps, EDGES.left, right, Math.max(across, 1));
  const y = axisOf(numbersOf(curves), bottom, EDGES.top, Math.max(up, 2), logarithmic);
  return { width, height, x, y };
}

/** Every value of the curves that is a number. */
export function numbersOf(curves: readonly ICurve[]): readonly number[] {
  return curves.flatMap(({ values }) => values.filter(value => value !== null));
}

export function drawnCurve(curve: ICurve, { x, y }: ICurveFrame): IDrawnCurve {
  const points: ICurvePoint[] = [];
  const path: string[] = [];
  let pen = 'M';
  curve.values.forEach((value, place) => {
    const step = curve.steps[place];
    if (value === null || step === undefined || !y.has(value)) {
      pen = 'M';
      return;
    }
    const point = { x: x.place(step), y: y.place(value), place };
    points.push(point);
    path.push(`${pen}${point.x.toFixed(1)} ${point.y.toFixed(1)}`);
    pen = 'L';
  });
  return { curve, points, path: path.join('') };
}

/** The curve that passes nearest, and its point that is nearest along the steps; null if none is near. */
export function nearestCurve(
  drawn: readonly IDrawnCurve[],
  x: number,
  y: number,
  reach: number
): { readonly task: number; readonly place: number } | null {
  let found: { task: number; place: number } | null = null;
  let least = reach;
  for (const { curve, points } of drawn) {
    points.forEach((point, at) => {
      const away = distance(x, y, points[at - 1] ?? point, point);
      if (away < least) {
        least = away;
        const before = points[at - 1] ?? point;
        const near = Math.abs(before.x - x) < Math.abs(point.x - x) ? before : point;
        found = { task: curve.task, place: near.place };
      }
    });
  }
  return found;
}

/** From a place to the line between two points. */
function distance(x: number, y: number, from: ICurvePoint, to: ICurvePoint): number {
  const [across, up] = [to.x - from.x, to.y - from.y];
  const length = across * across + up * up;
  const part = length === 0 ? 0 : ((x - from.x) * across + (y - from.y) * up) / length;
  const along = Math.min(Math.max(part, 0), 1);
  return Math.hypot(x - from.x - along * across, y - from.y - along * up);
}
