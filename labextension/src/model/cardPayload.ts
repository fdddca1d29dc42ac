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
  /** How far a search was when the card was sent: "trial 37 of 200"; empty for other runs. */
  readonly standing: string;
  /** What the search had found by then: "best loss 0.0123 (lr=0.001)". */
  readonly found: readonly string[];
}

const MOST_SAID = 3;
const LONGEST = 300;

/** A card's data as `display/card.py` sends it; null for what is of a newer version, or from anybody else. */
export function readCard(data: ReadonlyPartialJSONValue | undefined): ICardPayload | null {
  const card = objectOf(data);
  const { run, version, said, standing, found } = card;
  if (!isRunId(run) || version !== 1) {
    return null;
  }
  const rows: readonly unknown[] = Array.isArray(said) ? said : [];
  const texts: readonly unknown[] = Array.isArray(found) ? found : [];
  return {
    run,
    said: rows.slice(0, MOST_SAID).flatMap(readSaid),
    standing: textOf(standing),
    found: texts
      .slice(0, MOST_SAID)
      .map(textOf)
      .filter(text => text !== '')
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST) : '';
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
      text: textOf(text)
    }
  ];
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
