/** Numbers, times and values as a person reads them. */

/** "1 task", "1,200 tasks" */
export function number(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** "0.4 s", "48 s", "2 min 5 s", "3 h 12 min" */
export function duration(seconds: number): string {
  if (seconds < 9.95) {
    return `${seconds < 0.05 ? '<0.1' : seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  const [size, unit, part, small] =
    whole >= 86400
      ? ([86400, 'd', 3600, 'h'] as const)
      : whole >= 3600
        ? ([3600, 'h', 60, 'min'] as const)
        : ([60, 'min', 1, 's'] as const);
  const rest = Math.floor((whole % size) / part);
  return `${Math.floor(whole / size)} ${unit}${rest > 0 ? ` ${rest} ${small}` : ''}`;
}

/** A value in few characters: four digits of a number, the text of everything else. */
export function short(value: unknown): string {
  if (value === null || value === undefined) {
    return '–';
  }
  if (typeof value === 'number') {
    return figure(value);
  }
  if (typeof value === 'boolean') {
    return value ? 'True' : 'False';
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Four digits, without an exponent where it reads better. */
export function figure(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) {
    return String(value);
  }
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e7) {
    return String(Number(value.toPrecision(4)));
  }
  return value
    .toExponential(2)
    .replace(/\.?0+e/, 'e')
    .replace('e+', 'e');
}
