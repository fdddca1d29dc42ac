import type { TranslationBundle } from '@jupyterlab/translation';

import type { OutputsAnswer } from '../api/client';
import { count } from '../format';
import type { Origin } from './textStyle';

export type OutputRecord = OutputsAnswer['outputs'][number];

/** Text of a log from one source; a `line` begins and ends a line of its own. */
export interface ILogPiece {
  readonly text: string;
  readonly origin: Origin;
  readonly line: boolean;
}

const GAP = /^\n\[[\d,]+ bytes of output were not kept\]\n$/;

/** What a log shows of output records: texts, what displays are called, and where something is missing. */
export function* logPieces(
  records: readonly OutputRecord[],
  trans: TranslationBundle
): Generator<ILogPiece> {
  for (const record of records) {
    switch (record['output_type']) {
      case 'stream':
        yield* streamPieces(record, trans);
        break;
      case 'display_data':
      case 'update_display_data':
      case 'execute_result': {
        const text = plainText(record['data']);
        if (text !== '') {
          yield { text, origin: 'display', line: true };
        }
        break;
      }
      default:
        break; // clear_output: a log keeps what was there
    }
  }
}

/** A field of a record, if it is a text; nbformat also allows a list of lines. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  return Array.isArray(value) ? value.filter(part => typeof part === 'string').join('') : '';
}

/** How many bytes are missing before a text. */
export function droppedOf(record: OutputRecord): number {
  const dropped = record['dropped'];
  return typeof dropped === 'number' && dropped > 0 ? dropped : 0;
}

/** Whether a text was written by nobody: it only says that something is missing. */
export function isGap(record: OutputRecord): boolean {
  return droppedOf(record) > 0 && GAP.test(textOf(record['text']));
}

/** Says how much is missing. */
export function gapText(dropped: number, trans: TranslationBundle): string {
  return trans._n('%2 byte was not kept', '%2 bytes were not kept', dropped, count(dropped));
}

function* streamPieces(record: OutputRecord, trans: TranslationBundle): Generator<ILogPiece> {
  const dropped = droppedOf(record);
  if (dropped > 0) {
    yield { text: gapText(dropped, trans), origin: 'gap', line: true };
    if (isGap(record)) {
      return;
    }
  }
  const origin = record['name'] === 'stderr' ? 'stderr' : 'stdout';
  yield { text: textOf(record['text']), origin, line: false };
}

function plainText(data: unknown): string {
  return typeof data === 'object' && data !== null && 'text/plain' in data
    ? textOf(data['text/plain'])
    : '';
}
