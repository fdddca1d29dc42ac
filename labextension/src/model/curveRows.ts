import type { CurvesAnswer } from '../api/client';

/** What a task has reported of one name. */
export type ICurve = CurvesAnswer['curves'][number];

/** The curves of now, in the order of their tasks; one that says the same as before is the same object. */
export function keptCurves(before: readonly ICurve[], now: readonly ICurve[]): readonly ICurve[] {
  const known = new Map(before.map(curve => [curve.task, curve]));
  const curves = [...now]
    .sort((one, other) => one.task - other.task)
    .map(curve => {
      const old = known.get(curve.task);
      return old !== undefined && sameCurve(old, curve) ? old : curve;
    });
  const isSame =
    curves.length === before.length && curves.every((curve, place) => curve === before[place]);
  return isSame ? before : curves;
}

/** The task whose last value is best: of those that succeeded, else of all that were not given up. */
export function bestCurve(curves: readonly ICurve[], highest: boolean): number | null {
  const done = curves.filter(({ state }) => state === 'succeeded');
  const going = curves.filter(({ state }) => state === 'running');
  let best: { readonly task: number; readonly value: number } | null = null;
  for (const { task, values } of done.length > 0 ? done : going) {
    const value = lastNumber(values);
    if (value !== null && (best === null || (highest ? value > best.value : value < best.value))) {
      best = { task, value };
    }
  }
  return best?.task ?? null;
}

/** The last value that is a number. */
export function lastNumber(values: readonly (number | null)[]): number | null {
  for (let place = values.length - 1; place >= 0; place--) {
    const value = values[place];
    if (value !== null && value !== undefined) {
      return value;
    }
  }
  return null;
}

function sameCurve(one: ICurve, other: ICurve): boolean {
  return (
    one.state === other.state &&
    one.attempt === other.attempt &&
    one.generation === other.generation &&
    sameList(one.steps, other.steps) &&
    sameList(one.values, other.values)
  );
}

function sameList(one: readonly (number | null)[], other: readonly (number | null)[]): boolean {
  return one.length === other.length && one.every((value, place) => value === other[place]);
}
