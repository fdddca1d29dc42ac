import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { RunRow, RunsAnswer } from '../api/client';
import type { Connection, IRunChange, IRunManager } from '../tokens';
import { Again } from './again';
import { ALL_RUNS, type IRunFilter, matches, queryOf } from './runFilter';

const PAGE = 100;
const MOST = 500;

/** Milliseconds from the last key to the question. */
const TYPING = 200;

/**
 * The runs that match a filter, newest first, as far as somebody has scrolled.
 *
 * What is new appears by itself; while it is not shown, nothing is asked.
 */
export class RunPages implements IDisposable {
  constructor(private readonly manager: IRunManager) {
    manager.runChanged.connect(this.onRun, this);
    manager.resynced.connect(this.read, this);
    manager.connectionChanged.connect(this.onConnection, this);
  }

  /** Rows, or what is said of them, are different; emitted for each change. */
  get changed(): ISignal<this, void> {
    return this.signal;
  }

  get rows(): readonly RunRow[] {
    this.sorted ??= [...this.known.values()].sort(newestFirst);
    return this.sorted;
  }

  /** Stores that cannot be read now: their runs are missing. */
  get troubles(): RunsAnswer['troubles'] {
    return this.lastTroubles;
  }

  /** Why rows are missing or old, null while all is well. */
  get error(): Error | null {
    return this.failure;
  }

  /** Whether what is shown is not yet what the filter asks for. */
  get isLoading(): boolean {
    return this.state === 'new' && this.failure === null;
  }

  /** Whether there are runs beyond those that were read. */
  get hasMore(): boolean {
    return this.next !== '';
  }

  get filter(): IRunFilter {
    return this.asked;
  }

  set filter(filter: IRunFilter) {
    const isTyping = filter.text !== this.asked.text;
    this.asked = filter;
    this.state = 'new';
    this.failure = null;
    this.others.clear();
    clearTimeout(this.typing);
    this.reading.stop();
    this.reading.start();
    this.typing = setTimeout(() => this.read(), isTyping ? TYPING : 0);
    this.signal.emit();
  }

  /** Whether anybody sees them. */
  get shown(): boolean {
    return this.watching !== null;
  }

  set shown(shown: boolean) {
    if (shown === this.shown || this.isDisposed) {
      return;
    }
    this.watching?.dispose();
    this.watching = shown ? this.manager.watch() : null;
    if (this.manager.connection === 'live' && this.state !== 'read') {
      this.read();
    }
    this.signal.emit();
  }

  /** Read the next page, if there is one. */
  loadMore(): void {
    if (this.hasMore && this.state === 'read' && !this.readsMore) {
      this.wantsMore = true;
      this.reading.ask();
    }
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    if (this.disposed) {
      return;
    }
    this.shown = false;
    this.disposed = true;
    clearTimeout(this.typing);
    this.reading.stop();
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  private read(): void {
    if (this.shown) {
      this.wantsMore = false;
      this.reading.ask();
    } else if (this.state === 'read') {
      this.state = 'old';
    }
  }

  private async ask(signal: AbortSignal): Promise<void> {
    const isMore = this.wantsMore;
    const before = isMore ? this.next : '';
    const length = isMore || this.state === 'new' ? PAGE : this.known.size;
    const limit = Math.min(Math.max(length, PAGE), MOST);
    const arrived = new Map<string, RunRow | null>();
    this.wantsMore = false;
    this.readsMore = isMore;
    this.arrived = arrived;
    try {
      const query = { ...queryOf(this.asked), limit, before };
      const answer = await this.manager.client.runs(query, signal);
      if (this.arrived !== arrived || signal.aborted) {
        return; // another filter is asked for
      }
      this.take(answer, isMore);
      arrived.forEach((row, run) => this.place(run, row));
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      this.failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      if (this.arrived === arrived) {
        this.arrived = null;
        this.readsMore = false;
      }
    }
    this.tell();
  }

  private take(answer: RunsAnswer, isMore: boolean): void {
    this.manager.learn(answer.runs);
    if (!isMore) {
      this.known.clear();
    }
    for (const { id } of answer.runs) {
      const row = this.manager.peek(id); // never older than the answer, nothing if it was deleted meanwhile
      if (row !== undefined) {
        this.known.set(id, row);
      }
    }
    this.sorted = null;
    this.next = answer.next;
    this.lastTroubles = answer.troubles;
    this.failure = null;
    this.state = 'read';
  }

  private onRun(_: IRunManager, { run, row }: IRunChange): void {
    this.arrived?.set(run, row);
    if (this.state !== 'new') {
      this.place(run, row);
      this.tell();
    }
  }

  /** Where a run that has changed belongs now. */
  private place(run: string, row: RunRow | null): void {
    const fits = row !== null && matches(this.asked, row);
    if (row === null || fits === false) {
      this.known.delete(run);
    } else if (this.known.has(run) || (fits === true && this.isInside(row))) {
      this.known.set(run, row);
    } else if (fits === null && this.isInside(row) && !this.others.has(run)) {
      this.others.add(run); // its code may have the text: the server can tell
      this.read();
    }
    this.sorted = null;
  }

  /** Whether a row belongs between those that were read, not on a later page. */
  private isInside(row: RunRow): boolean {
    const last = this.rows.at(-1);
    return !this.hasMore || last === undefined || newestFirst(row, last) < 0;
  }

  private onConnection(_: IRunManager, connection: Connection): void {
    const isOld = this.state !== 'read' || this.failure !== null;
    if (connection === 'live' && isOld && this.arrived === null) {
      this.read();
    }
  }

  private tell(): void {
    if (!this.disposed) {
      this.signal.emit();
    }
  }

  private asked: IRunFilter = ALL_RUNS;
  /** Nothing was read for this filter yet; something is missing since it was read; it is right. */
  private state: 'new' | 'old' | 'read' = 'new';
  private next = '';
  private wantsMore = false;
  private readsMore = false;
  private failure: Error | null = null;
  private lastTroubles: RunsAnswer['troubles'] = [];
  private sorted: readonly RunRow[] | null = null;
  private disposed = false;
  private typing: ReturnType<typeof setTimeout> | undefined;
  private watching: IDisposable | null = null;
  /** What has changed while an answer is on its way, null while none is. */
  private arrived: Map<string, RunRow | null> | null = null;
  private readonly known = new Map<string, RunRow>();
  /** Runs that do not have the text, as the server said. */
  private readonly others = new Set<string>();
  private readonly reading = new Again(signal => this.ask(signal));
  private readonly signal = new Signal<this, void>(this);
}

function newestFirst(one: RunRow, other: RunRow): number {
  return other.submitted - one.submitted || (one.id < other.id ? 1 : -1);
}
