/** A run's points, ready to be drawn: scales, places, scores. */
import type { IPoints } from '../types';
import { scaleOf, type IScale } from './scale';

export type Direction = 'maximize' | 'minimize';
/** Brushed parts of axes, by name: from and to, 0 to 1. */
export type Brushes = ReadonlyMap<string, readonly [number, number]>;

export const SECONDS = 'seconds';
const NEAR = 0.012; // beside a brush, some pixels: whoever drags to the end of an axis means the end

export interface IView {
  readonly scales: readonly IScale[];
  /** The place of each point on each axis; NaN where it has none. */
  readonly places: readonly Float32Array[];
  readonly scores: readonly (number | null)[];
  /** How good each point is, 0 to 1 (best); NaN without a score. */
  readonly goodness: Float32Array;
  readonly size: number;
}

/** The names of all numbers that tasks can be compared by. */
export function metricsOf(points: IPoints): readonly string[] {
  const names = Object.keys(points.scores ?? {});
  return (points.seconds ?? []).some(one => one !== null) && !names.includes(SECONDS)
    ? [...names, SECONDS]
    : names;
}

/** Whether small is good, by the name of a metric. */
export function directionOf(points: IPoints, metric: string): Direction {
  const goal = points.goal ?? {};
  if (goal.metric === metric && (goal.direction === 'minimize' || goal.direction === 'maximize')) {
    return goal.direction;
  }
  return /loss|err|rmse|mse|mae|cost|seconds|time|latency|perplexity|deviation|regret/i.test(metric)
    ? 'minimize'
    : 'maximize';
}

export function viewOf(points: IPoints, metric: string, direction: Direction): IView {
  const size = points.index?.length ?? 0;
  const columns: [string, readonly unknown[]][] = Object.entries(points.columns ?? {});
  const scores = points.scores?.[metric] ?? (metric === SECONDS ? points.seconds : undefined) ?? [];
  const varying = columns.filter(([, values]) => new Set(values.map(String)).size > 1);
  const axes: [string, readonly unknown[]][] = varying.length > 0 ? [...varying] : columns;
  const all: [string, readonly unknown[]][] = metric === '' ? axes : [...axes, [metric, scores]];
  const scales = all.map(([name, values]) => scaleOf(name, values));
  const places = all.map(([, values], axis) =>
    Float32Array.from({ length: size }, (_, place) => scales[axis]?.place(values[place]) ?? NaN)
  );
  return { scales, places, scores, goodness: goodness(scores, size, direction), size };
}

/** Which points lie in all brushes. A point without a value lies in no brush of that axis. */
export function within(view: IView, brushes: Brushes): Uint8Array {
  const found = new Uint8Array(view.size).fill(1);
  view.scales.forEach((scale, axis) => {
    const brush = brushes.get(scale.name);
    const places = view.places[axis];
    if (brush === undefined || places === undefined) {
      return;
    }
    const [low, high] = brush;
    for (let place = 0; place < view.size; place += 1) {
      const at = places[place] ?? NaN;
      if (!(at >= low - NEAR && at <= high + NEAR)) {
        found[place] = 0;
      }
    }
  });
  return found;
}

/** Places of the points that are in, the best first; those without a score last. */
export function ranked(view: IView, inside: Uint8Array): readonly number[] {
  const found: number[] = [];
  for (let place = 0; place < view.size; place += 1) {
    if (inside[place]) {
      found.push(place);
    }
  }
  const of = (place: number): number => {
    const good = view.goodness[place] ?? NaN;
    return Number.isNaN(good) ? -1 : good;
  };
  return found.sort((one, other) => of(other) - of(one) || one - other);
}

function goodness(
  scores: readonly (number | null)[],
  size: number,
  direction: Direction
): Float32Array {
  const there = scores
    .filter((score): score is number => score !== null)
    .sort((one, other) => one - other);
  const found = new Float32Array(size).fill(NaN);
  if (there.length === 0) {
    return found;
  }
  // what lies far out must not make all others look the same
  const low = there[Math.floor((there.length - 1) * 0.02)] ?? 0;
  const high = there[Math.ceil((there.length - 1) * 0.98)] ?? 0;
  scores.forEach((score, place) => {
    if (score !== null) {
      const share = high > low ? Math.min(1, Math.max(0, (score - low) / (high - low))) : 1;
      found[place] = direction === 'maximize' ? share : 1 - share;
    }
  });
  return found;
}
