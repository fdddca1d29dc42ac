import { bytes, count, duration } from '../format';
import type { ColumnKind } from '../model/columns';

const DIGITS = 6;
const LONGEST = 300;

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

/** A number with as many digits as a table has room for. */
function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) {
    return String(value);
  }
  return String(Number(value.toPrecision(DIGITS)));
}

/** How many of how many, in the user's language. */
export function ofTotal(some: number, total: number): string {
  return some === total ? count(total) : `${count(some)} / ${count(total)}`;
}
