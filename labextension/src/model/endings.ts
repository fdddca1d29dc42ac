import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { RunRow, RunState } from '../api/client';
import { ApiError } from '../api/errors';
import type { IRunChange, IRunManager } from '../tokens';
import { isOver } from './actions';
import { Again } from './again';

/** Milliseconds in which runs that end are told of together. */
const TOGETHER = 500;

/** So many runs are asked for one by one after changes were lost; of the others nothing is told. */
const MOST = 50;

const GOING: readonly RunState[] = ['queued', 'running', 'cancelling'];

/** A run that is cancelled is ended by somebody who knows. */
const KNOWN_BY_WHO_DID_IT = 'cancelled';

/**
 * Tells of runs that have ended while this page was there: those that it has seen going on.
 *
 * What ended while nobody listened is told of when it is heard.
 */
export class Endings implements IDisposable {
  constructor(private readonly manager: IRunManager) {
    manager.runChanged.connect(this.onChanged, this);
    manager.resynced.connect(() => {
      this.again.ask();
    }, this);
  }

  /** Runs that have ended, a moment ago, by themselves. */
  get ended(): ISignal<this, readonly RunRow[]> {
    return this.signal;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    this.disposed = true;
    this.again.stop();
    clearTimeout(this.timer);
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  private onChanged(_: IRunManager, { run, row }: IRunChange): void {
    if (row === null) {
      this.going.delete(run);
      this.waiting.delete(run);
      return;
    }
    if (!isOver(row.state)) {
      this.going.add(run);
      this.waiting.delete(run); // retried before it was told of
      return;
    }
    if (this.going.delete(run) && row.state !== KNOWN_BY_WHO_DID_IT) {
      this.waiting.add(run);
      this.timer ??= setTimeout(() => {
        this.tell();
      }, TOGETHER);
    }
  }

  /** What goes on when the page comes, or after changes were lost; and what became of what went on before. */
  private async read(signal: AbortSignal): Promise<void> {
    const { client } = this.manager;
    const before = [...this.going].slice(0, MOST);
    try {
      const { runs } = await client.runs({ state: GOING, limit: 200 }, signal);
      runs.forEach(({ id }) => this.going.add(id));
      this.manager.learn(runs);
      const here = new Set(runs.map(({ id }) => id));
      for (const run of before.filter(each => !here.has(each))) {
        await this.readOne(run, signal);
      }
    } catch {
      // the connection says it; when it is back, changes are asked for and this with them
    }
  }

  private async readOne(run: string, signal: AbortSignal): Promise<void> {
    try {
      const row = await this.manager.client.run(run, signal);
      this.manager.learn([row]);
      this.onChanged(this.manager, { run, row: this.manager.peek(run) ?? row });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) {
        throw error;
      }
      this.going.delete(run);
    }
  }

  private tell(): void {
    this.timer = undefined;
    const rows = [...this.waiting].flatMap(run => this.manager.peek(run) ?? []);
    this.waiting.clear();
    if (rows.length > 0) {
      this.signal.emit(rows);
    }
  }

  private readonly again = new Again(signal => this.read(signal));
  private readonly going = new Set<string>();
  private readonly waiting = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private disposed = false;
  private readonly signal = new Signal<this, readonly RunRow[]>(this);
}
