/** Where the values of a parameter stand on its axis, 0 to 1. */
import { figure, short } from '../format';

export interface ITick {
  readonly place: number;
  readonly label: string;
}

export interface IScale {
  readonly name: string;
  readonly kind: 'number' | 'log' | 'category';
  /** null: there is no value */
  place(value: unknown): number | null;
  /** The value at a place, as text. */
  at(place: number): string;
  readonly ticks: readonly ITick[];
}

const MOST_LABELS = 9;
const LOG_FROM = 20; // the ratio of the largest to the smallest from which equal ratios say more
const TAKEN_BY_EYE = 12; // so many different numbers are all named

/** The scale that shows `values` best: numbers, numbers by their ratio, or one place for each different value. */
export function scaleOf(name: string, values: readonly unknown[]): IScale {
  const there = values.filter(value => value !== null && value !== undefined);
  const numbers = there.filter(
    (value): value is number => typeof value === 'number' && isFinite(value)
  );
  if (there.length === 0 || numbers.length < there.length) {
    return categories(name, there);
  }
  const low = numbers.reduce((least, value) => Math.min(least, value), Infinity);
  const high = numbers.reduce((most, value) => Math.max(most, value), -Infinity);
  const different = [...new Set(numbers)].sort((one, other) => one - other);
  if (low > 0 && high / low >= LOG_FROM && isByRatio(different)) {
    return spread(name, 'log', Math.log(low), Math.log(high), Math.log, Math.exp, different);
  }
  const same = (value: number): number => value;
  return spread(name, 'number', low, high, same, same, different);
}

/** Whether the differences grow with the numbers, as those of 1e-4, 1e-3, 1e-2 do. */
function isByRatio(sorted: readonly number[]): boolean {
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const [low, high] = [sorted[0] ?? 0, sorted[sorted.length - 1] ?? 0];
  return (middle - low) / (high - low || 1) < 0.3;
}

function spread(
  name: string,
  kind: 'number' | 'log',
  low: number,
  high: number,
  to: (value: number) => number,
  from: (value: number) => number,
  different: readonly number[]
): IScale {
  const size = high - low;
  const place = (value: unknown): number | null =>
    typeof value === 'number' && isFinite(value)
      ? size > 0
        ? (to(value) - low) / size
        : 0.5
      : null;
  const at = (share: number): string => figure(from(low + share * size));
  const marks =
    different.length <= TAKEN_BY_EYE
      ? thinned(different)
      : size > 0
        ? round(kind, from(low), from(high))
        : different;
  const ticks = marks.map(value => ({ place: place(value) ?? 0, label: figure(value) }));
  return { name, kind, place, at, ticks };
}

function categories(name: string, values: readonly unknown[]): IScale {
  const keys = new Map<string, number>();
  const labels: string[] = [];
  for (const value of [...values].sort(byKind)) {
    const key = keyOf(value);
    if (!keys.has(key)) {
      keys.set(key, labels.length);
      labels.push(short(value));
    }
  }
  const last = labels.length - 1;
  const share = (place: number): number => (last > 0 ? place / last : 0.5);
  const every = Math.ceil(labels.length / MOST_LABELS);
  return {
    name,
    kind: 'category',
    place: value => {
      const found = keys.get(keyOf(value));
      return found === undefined ? null : share(found);
    },
    at: place => labels[Math.round(place * last)] ?? '',
    ticks: labels.flatMap((label, place) =>
      place % every === 0 ? [{ place: share(place), label }] : []
    )
  };
}

function keyOf(value: unknown): string {
  return `${typeof value}:${String(value)}`;
}

function byKind(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') {
    return one - other;
  }
  return typeof one === typeof other ? 0 : typeof one < typeof other ? -1 : 1;
}

/** Round numbers between two, some five of them. */
function round(kind: 'number' | 'log', low: number, high: number): readonly number[] {
  if (kind === 'log') {
    const found: number[] = [];
    const decades = Math.log10(high / low);
    const every = Math.max(1, Math.ceil(decades / 6));
    for (
      let power = Math.ceil(Math.log10(low) - 1e-9);
      power <= Math.log10(high) + 1e-9;
      power += every
    ) {
      found.push(Number(`1e${power}`));
    }
    return found.length >= 2 ? found : [low, high];
  }
  const rough = (high - low) / 4;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map(factor => factor * size).find(one => one >= rough) ?? rough;
  const found: number[] = [];
  for (let count = Math.ceil(low / step - 1e-9); count * step <= high + step * 1e-9; count += 1) {
    found.push(Number((count * step).toPrecision(12)));
  }
  return found;
}

function thinned(values: readonly number[]): readonly number[] {
  const every = Math.ceil(values.length / MOST_LABELS);
  return values.filter((_, place) => place % every === 0);
}
