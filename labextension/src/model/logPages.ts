import type { OutputsAnswer } from '../api/client';
import { droppedOf, isGap, type OutputRecord, textOf } from './logRecords';

/** Some output and its places: byte `start` up to byte `end` of an attempt's output. */
export interface ILogPage {
  readonly start: number;
  readonly end: number;
  readonly records: readonly OutputRecord[];
}

/** Whose output it is. */
export interface IAttempt {
  readonly generation: number;
  readonly attempt: number;
}

/** The byte at which an answer ends. */
export function placeOf(answer: OutputsAnswer): number {
  const place = Number(answer.next.split('.')[2]);
  return Number.isSafeInteger(place) && place >= 0 ? place : 0;
}

/** What to ask with to get the output of an attempt from a place on. */
export function cursor({ generation, attempt }: IAttempt, place: number): string {
  return `${generation}.${attempt}.${place}`;
}

export function sameAttempt(one: IAttempt | null, other: IAttempt): boolean {
  return one?.generation === other.generation && one.attempt === other.attempt;
}

/** How much memory a page takes, about. */
export function weightOf(page: ILogPage): number {
  let weight = 0;
  for (const record of page.records) {
    weight += 100 + textOf(record['text']).length;
  }
  return weight;
}

/**
 * The records up to a place; `end` is where they end now. A display that reaches beyond it belongs to what comes
 * after, which has it already.
 */
export function upTo(records: readonly OutputRecord[], end: number, place: number): OutputRecord[] {
  const last = records.at(-1);
  if (end <= place || last === undefined) {
    return [...records];
  }
  const before = records.slice(0, -1);
  if (last['output_type'] !== 'stream' || isGap(last)) {
    return before;
  }
  const data = new TextEncoder().encode(textOf(last['text']));
  const surplus = end - place;
  if (surplus >= data.length) {
    return droppedOf(last) > 0 ? [...before, { ...last, text: '' }] : before;
  }
  let keep = data.length - surplus;
  while (keep < data.length && ((data[keep] ?? 0) & 0xc0) === 0x80) {
    keep += 1; // a character that is cut there was left out by what comes after
  }
  return [...before, { ...last, text: new TextDecoder().decode(data.subarray(0, keep)) }];
}
