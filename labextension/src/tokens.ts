import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

import type { IRunClient, RunRow, StatusAnswer } from './api/client';

/** How the page hears of changes. */
export type Connection =
  /** Nothing has been heard yet. */
  | 'connecting'
  /** Changes are pushed. */
  | 'live'
  /** The server does not answer: what is shown is what was known last. */
  | 'unreachable'
  /** The server answers, but has no cellburst extension (or another version of it). */
  | 'missing';

/** A run is new or has changed; `row` is null once it is deleted. */
export interface IRunChange {
  readonly run: string;
  readonly row: RunRow | null;
}

/**
 * The page's mirror of the server's runs: every view reads from it, and it alone listens for changes.
 *
 * It holds the rows that somebody has asked for (a list's pages, the runs of cards), and keeps them up to date.
 */
export interface IRunManager extends IDisposable {
  readonly client: IRunClient;
  readonly connection: Connection;
  readonly connectionChanged: ISignal<IRunManager, Connection>;
  /** Why the last question for changes was not answered, null if it was. */
  readonly error: Error | null;
  /** The last answer about stores and controllers, null before the first. */
  readonly status: StatusAnswer | null;
  readonly statusChanged: ISignal<IRunManager, StatusAnswer>;
  /** The row as last known, if it is known. */
  peek(run: string): RunRow | undefined;
  /** The row, asked for if it is not known. */
  row(run: string): Promise<RunRow>;
  /** Rows that a list has read are from now on kept up to date. */
  learn(rows: readonly RunRow[]): void;
  /** Emitted for every run of which something has changed, whether or not its row was known. */
  readonly runChanged: ISignal<IRunManager, IRunChange>;
  /** Some changes are not known: whatever was read from the server should be read again. */
  readonly resynced: ISignal<IRunManager, void>;
  /** Whoever shows runs holds one of these while it is visible; without any, and while the tab is hidden, nothing is asked. */
  watch(): IDisposable;
  /** Ask for everything again now (a person pressed "refresh"). */
  refresh(): Promise<void>;
  /** Seconds since 1970 by the server's clock, so that running times are right whatever this machine's clock says. */
  now(): number;
}

export const IRunManager = new Token<IRunManager>(
  'cellburst:IRunManager',
  'The runs of this user, as the server knows them, kept up to date.'
);
