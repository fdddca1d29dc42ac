import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';

import { isRunId } from './arguments';

/** The MIME type of a run's card in an output. */
export const CARD_MIME = 'application/vnd.cellburst.run+json';

/** What a running task says of itself. */
export interface ISaid {
  readonly task: number;
  /** From 0 to 1, null if it does not say. */
  readonly fraction: number | null;
  readonly text: string;
}

export interface ICardPayload {
  readonly run: string;
  /** What the running tasks said when the card was sent. */
  readonly said: readonly ISaid[];
}

const MOST_SAID = 3;
const LONGEST = 300;

/** A card's data as `display/card.py` sends it; null for what is of a newer version, or from anybody else. */
export function readCard(data: ReadonlyPartialJSONValue | undefined): ICardPayload | null {
  const card = objectOf(data);
  const { run, version, said } = card;
  if (!isRunId(run) || version !== 1) {
    return null;
  }
  const rows: readonly unknown[] = Array.isArray(said) ? said : [];
  return { run, said: rows.slice(0, MOST_SAID).flatMap(readSaid) };
}

function readSaid(row: unknown): ISaid[] {
  const { task, fraction, text } = objectOf(row);
  if (typeof task !== 'number' || !Number.isSafeInteger(task) || task < 0) {
    return [];
  }
  const isShare = typeof fraction === 'number' && fraction >= 0 && fraction <= 1;
  return [
    {
      task,
      fraction: isShare ? fraction : null,
      text: typeof text === 'string' ? text.slice(0, LONGEST) : ''
    }
  ];
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
