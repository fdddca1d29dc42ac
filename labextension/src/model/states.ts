import type { StatesAnswer } from '../api/client';
import { TASK_STATES } from '../taskStates';

const LETTERS = new Map(TASK_STATES.map((state, code) => [state.charCodeAt(0), code]));
const UNKNOWN = TASK_STATES.indexOf('unknown');
const ZERO = 48;
const NINE = 57;

/**
 * A code (`taskStates.ts`) for each task, from letters with how often each follows: `3sf2q` are six tasks.
 *
 * What the answer leaves out is unknown, and what it has too much is left out: `count` decides how many there are.
 */
export function decodeStates(answer: StatesAnswer): Uint8Array {
  const { count, states } = answer;
  const codes = new Uint8Array(count).fill(UNKNOWN);
  let at = 0;
  let times = 0;
  for (let place = 0; place < states.length && at < count; place++) {
    const char = states.charCodeAt(place);
    if (char >= ZERO && char <= NINE) {
      times = times * 10 + char - ZERO;
      continue;
    }
    const end = Math.min(at + (times || 1), count);
    codes.fill(LETTERS.get(char) ?? UNKNOWN, at, end);
    at = end;
    times = 0;
  }
  return codes;
}

/** Whether two arrays say the same of every task. */
export function sameStates(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) {
    return false;
  }
  for (let index = 0; index < one.length; index++) {
    if (one[index] !== other[index]) {
      return false;
    }
  }
  return true;
}
