import { bytes, duration } from '../format';
import type { ColumnKind } from '../model/columns';

const DIGITS = 6;
const LONGEST = 300;
const PARAMS = 8;

/** What a cell of a table says; "" for nothing. */
export function cellText(kind: ColumnKind, value: unknown): string {
  if (value === null || value === undefined) {
    return '';
  }
  if (typeof value === 'number') {
    if (kind === 'seconds') {
      return duration(value);
    }
    if (kind === 'memory') {
      return bytes(value);
    }
    return numberText(value);
  }
  if (typeof value === 'string') {
    return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  }
  return JSON.stringify(value);
}

/** A number with as many digits as a line of text has room for. */
export function shortNumber(value: number): string {
  return Number.isInteger(value) ? numberText(value) : String(Number(value.toPrecision(4)));
}

/** A number with as many digits as a table has room for. */
function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) {
    return String(value);
  }
  return String(Number(value.toPrecision(DIGITS)));
}

/** The first parameters of a task, in a line. */
export function paramsText(params: Readonly<Record<string, unknown>>): string {
  return Object.entries(params)
    .filter(([, value]) => value !== null)
    .slice(0, PARAMS)
    .map(
      ([name, value]) =>
        `${name}=${typeof value === 'number' ? shortNumber(value) : cellText('param', value)}`
    )
    .join(', ');
}
