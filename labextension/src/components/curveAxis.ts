/** An axis: where values are on it, and the values that are written beside it. Places are CSS pixels. */
export interface IAxis {
  readonly place: (value: number) => number;
  /** Whether the axis has a place for it. */
  readonly has: (value: number) => boolean;
  readonly ticks: readonly number[];
}

const NEAR_ZERO = 1e-300;
const ALWAYS = (): boolean => true;

/** An axis over these values from one place to another, with about so many ticks. */
export function axisOf(
  values: readonly number[],
  from: number,
  to: number,
  ticks: number,
  logarithmic = false
): IAxis {
  return logarithmic
    ? logarithmicAxis(values, from, to, ticks)
    : linearAxis(values, from, to, ticks);
}

/** Whether values are so far apart that one sees more of them on a logarithmic axis. */
export function spansDecades(values: readonly number[]): boolean {
  const { low, high } = extent(values);
  return low > 0 && high / low >= 100;
}

function linearAxis(values: readonly number[], from: number, to: number, ticks: number): IAxis {
  const { low, high } = widened(extent(values));
  const step = niceStep((high - low) / Math.max(ticks, 1));
  const found: number[] = [];
  for (let number = Math.ceil(low / step); number * step <= high + step * 1e-9; number++) {
    found.push(Number((number * step).toPrecision(12)));
  }
  const scale = (to - from) / (high - low);
  return { place: value => from + (value - low) * scale, has: ALWAYS, ticks: found };
}

function logarithmicAxis(
  values: readonly number[],
  from: number,
  to: number,
  ticks: number
): IAxis {
  const { low, high } = extent(values.filter(value => value > 0));
  const bottom = Math.log10(Math.max(low, NEAR_ZERO));
  const top = Math.log10(Math.max(high, NEAR_ZERO));
  const range = widened({ low: bottom, high: top });
  const scale = (to - from) / (range.high - range.low);
  return {
    place: value => from + (Math.log10(value) - range.low) * scale,
    has: value => value > 0,
    ticks: decades(range.low, range.high, ticks)
  };
}

/** Powers of ten; of few decades 2 and 5 of each as well. */
function decades(low: number, high: number, ticks: number): readonly number[] {
  const few = high - low < Math.max(ticks / 3, 1);
  const apart = Math.max(Math.ceil((high - low) / Math.max(ticks, 1)), 1);
  const found: number[] = [];
  for (let power = Math.floor(low); power <= high; power++) {
    for (const part of few ? [1, 2, 5] : [1]) {
      const at = power + Math.log10(part);
      if (at >= low && at <= high && (few || power % apart === 0)) {
        found.push(Number((part * 10 ** power).toPrecision(12)));
      }
    }
  }
  return found;
}

function extent(values: readonly number[]): { low: number; high: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? { low, high } : { low: 0, high: 1 };
}

/** Some room where there is only one value. */
function widened({ low, high }: { low: number; high: number }): { low: number; high: number } {
  if (high > low) {
    return { low, high };
  }
  const room = Math.abs(low) * 0.1 || 1;
  return { low: low - room, high: high + room };
}

/** The next of 1, 2, 5, 10, 20, ... */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(step, NEAR_ZERO)));
  const part = step / power;
  return (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10) * power;
}
