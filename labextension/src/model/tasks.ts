import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { IRunClient, TaskRow, TasksQuery, TaskState } from '../api/client';
import { Again } from './again';
import { type INames, namesOf, NO_NAMES } from './columns';

/** Rows of one question. */
export const PAGE = 100;
const KEPT = 60;
const GAP = 250;

/** Which tasks, and in which order: as the server sorts and filters them. */
export interface ITaskOrder {
  readonly sort: string;
  readonly order: 'asc' | 'desc';
  readonly state: readonly TaskState[];
  readonly text: string;
}

const BY_INDEX: ITaskOrder = { sort: 'index', order: 'asc', state: [], text: '' };

/**
 * The tasks of a run as a table of any length: only the pages that are in view are read.
 *
 * When tasks change the pages in view are read again and replaced; until then what was known stays, so that nothing
 * jumps. Pages out of view are kept until they come into view, and are then read again.
 */
export class TaskTable implements IDisposable {
  constructor(
    private readonly client: IRunClient,
    readonly run: string
  ) {}

  get order(): ITaskOrder {
    return this.question;
  }

  /** How many tasks the question means; null before the first answer. */
  get total(): number | null {
    return this.found;
  }

  /** Why rows are missing or old. */
  get error(): Error | null {
    return this.trouble;
  }

  /** The names that values and metrics have had in the rows that were read. */
  get names(): INames {
    return this.known;
  }

  /** Goes up with every change of rows, order or total. */
  get version(): number {
    return this.changes;
  }

  get changed(): ISignal<this, void> {
    return this.changedSignal;
  }

  /** The task in a row, undefined while it is not known. */
  row(place: number): TaskRow | undefined {
    return this.pages.get(Math.floor(place / PAGE))?.[place % PAGE];
  }

  /** The task of this index, if it is among the rows that were read. */
  task(index: number): TaskRow | undefined {
    for (const page of this.pages.values()) {
      const found = page.find(task => task.index === index);
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  }

  /** These rows are in view, the last included. */
  show(first: number, last: number): void {
    const from = Math.floor(Math.max(first, 0) / PAGE);
    const to = Math.floor(Math.max(last, first, 0) / PAGE);
    if (from === this.from && to === this.to) {
      return;
    }
    this.from = from;
    this.to = to;
    if (this.wanted().length > 0) {
      this.turn();
    }
  }

  /** Another order or filter; the rows of the one before are dropped when those of the new one are there. */
  ask(order: Partial<ITaskOrder>): void {
    this.question = { ...this.question, ...order };
    this.round += 1;
    this.from = 0;
    this.to = 0;
    this.fresh.clear();
    this.turn();
    this.emit();
  }

  /** Something may have changed: read what is in view again. */
  refresh(): void {
    this.fresh.clear();
    if (this.seen) {
      this.again.ask();
    }
  }

  /** Nobody looks any more: what is being asked is not waited for. */
  hide(): void {
    this.seen = false;
    this.again.stop();
    this.turned.stop();
  }

  /** Somebody looks again. */
  reveal(): void {
    this.seen = true;
    this.again.start();
    this.turned.start();
    this.refresh();
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    this.disposed = true;
    this.hide();
    Signal.clearData(this);
  }

  /** Read what came into view, not what was in view before. */
  private turn(): void {
    this.turned.stop();
    if (this.seen) {
      this.turned.start();
      this.turned.ask();
    }
  }

  /** Pages in view that are not known, or not of now. */
  private wanted(): number[] {
    const pages = [];
    for (let page = this.from; page <= this.to; page++) {
      if (!this.fresh.has(page)) {
        pages.push(page);
      }
    }
    return pages;
  }

  private async read(signal: AbortSignal): Promise<void> {
    const round = this.round;
    for (const page of this.wanted()) {
      const { sort, order, state, text } = this.question;
      const query: TasksQuery = { offset: page * PAGE, limit: PAGE, sort, order, state, text };
      try {
        const answer = await this.client.tasks(this.run, query, signal);
        if (signal.aborted || round !== this.round) {
          return;
        }
        this.keep(page, answer.tasks, answer.total);
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        this.trouble = error instanceof Error ? error : new Error(String(error));
        this.emit();
        return;
      }
    }
  }

  private keep(page: number, tasks: readonly TaskRow[], total: number): void {
    if (this.shownRound !== this.round) {
      this.pages.clear();
      this.shownRound = this.round;
    }
    const before = this.pages.get(page);
    const rows = tasks.map((task, at) => unchanged(before?.[at], task));
    this.pages.delete(page);
    this.pages.set(page, rows);
    this.fresh.add(page);
    this.known = namesOf(this.known, tasks);
    for (const old of this.pages.keys()) {
      if (this.pages.size <= KEPT) {
        break;
      }
      if (old < this.from || old > this.to) {
        this.pages.delete(old);
        this.fresh.delete(old);
      }
    }
    this.found = total;
    this.trouble = null;
    this.emit();
  }

  private emit(): void {
    this.changes += 1;
    this.changedSignal.emit();
  }

  private question = BY_INDEX;
  private readonly pages = new Map<number, readonly TaskRow[]>();
  private readonly fresh = new Set<number>();
  private round = 0;
  private shownRound = 0;
  private from = 0;
  private to = 0;
  private found: number | null = null;
  private trouble: Error | null = null;
  private known = NO_NAMES;
  private changes = 0;
  private disposed = false;
  private seen = false;
  /** Pages that came into view, at once. */
  private readonly turned = new Again(signal => this.read(signal));
  /** Pages that are in view and may have changed, a few times a second at most. */
  private readonly again = new Again(signal => this.read(signal), GAP);
  private readonly changedSignal = new Signal<this, void>(this);
}

/** The row as it was if it says the same, so that views can tell by identity what to draw again. */
function unchanged(before: TaskRow | undefined, task: TaskRow): TaskRow {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(task) ? before : task;
}
