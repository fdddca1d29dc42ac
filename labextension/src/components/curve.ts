/** A point of a curve: seconds, and a value. */
export interface IPoint {
  readonly at: number;
  readonly value: number;
}

/** At most so many points are drawn: the highest of each part of the time. */
const MOST = 240;

/** The highest point of each of equal parts of the time, so that no peak is lost. */
export function thinned(points: readonly IPoint[]): readonly IPoint[] {
  if (points.length <= MOST) {
    return points;
  }
  const step = points.length / MOST;
  const found: IPoint[] = [];
  for (let part = 0; part < MOST; part++) {
    const [first, ...rest] = points.slice(Math.floor(part * step), Math.floor((part + 1) * step));
    if (first !== undefined) {
      found.push(rest.reduce((best, point) => (point.value > best.value ? point : best), first));
    }
  }
  return found;
}

/** The path of a curve in a box of a size, from the left bottom; the highest value of the box is `top`. */
export function pathOf(
  points: readonly IPoint[],
  until: number,
  top: number,
  width: number,
  height: number
): string {
  return points
    .map(({ at, value }, place) => {
      const x = until > 0 ? (at / until) * width : 0;
      const y = top > 0 ? height - (Math.min(value, top) / top) * height : height;
      return `${place === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
