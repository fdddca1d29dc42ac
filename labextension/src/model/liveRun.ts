import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { RunRow } from '../api/client';
import { ApiError } from '../api/errors';
import type { Connection, IRunChange, IRunManager } from '../tokens';
import { Again } from './again';

/** What the page knows of a run that something in it stands for. */
export type Standing =
  /** Nothing has been asked or answered yet. */
  | { readonly kind: 'waiting' }
  /** How it stands now; `old` while the server is away. */
  | { readonly kind: 'known'; readonly row: RunRow; readonly old: boolean }
  /** It is in no store: it was deleted, or made elsewhere. `row` is what was last known of it. */
  | { readonly kind: 'gone'; readonly row: RunRow | null }
  /** Nobody can tell: the server has no cellburst, or does not answer. */
  | { readonly kind: 'unavailable' };

/** One run by its id, kept up to date while it is shown; the manager does the work for all of them. */
export class LiveRun implements IDisposable {
  constructor(
    readonly manager: IRunManager,
    readonly run: string
  ) {
    manager.runChanged.connect(this.onChanged, this);
    manager.resynced.connect(this.onResynced, this);
    manager.connectionChanged.connect(this.onConnection, this);
    this.take(manager.peek(run));
  }

  /** The same (`===`) object as long as nothing has changed. */
  get standing(): Standing {
    return this.now;
  }

  get changed(): ISignal<this, void> {
    return this.signal;
  }

  get shown(): boolean {
    return this.watching !== null;
  }

  /** Whether anybody sees it: only then the server is asked. */
  set shown(shown: boolean) {
    if (shown === this.shown || this.disposed) {
      return;
    }
    if (!shown) {
      this.watching?.dispose();
      this.watching = null;
      this.again.stop();
      return;
    }
    this.watching = this.manager.watch();
    this.again.start();
    this.take(this.manager.peek(this.run));
    if (this.now.kind !== 'known') {
      this.again.ask();
    }
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    this.shown = false;
    this.disposed = true;
    this.again.stop();
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  private onChanged(_: IRunManager, { run, row }: IRunChange): void {
    if (run !== this.run) {
      return;
    }
    if (row === null) {
      this.lose();
    } else {
      this.take(row);
    }
  }

  private onResynced(): void {
    if (this.shown) {
      this.again.ask();
    }
  }

  private onConnection(_: IRunManager, connection: Connection): void {
    const { now } = this;
    if (now.kind === 'known') {
      this.take(now.row);
    } else if (connection === 'live' && this.shown) {
      this.again.ask();
    }
  }

  private async read(signal: AbortSignal): Promise<void> {
    try {
      const row = await this.manager.client.run(this.run, signal);
      this.manager.learn([row]);
      this.take(this.manager.peek(this.run) ?? row);
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      if (error instanceof ApiError && (error.status === 404 || error.status === 400)) {
        this.lose();
      } else if (this.now.kind !== 'known') {
        this.become({ kind: 'unavailable' });
      }
    }
  }

  private take(row: RunRow | undefined): void {
    const { connection } = this.manager;
    const old = connection === 'unreachable' || connection === 'missing';
    const { now } = this;
    if (row === undefined || (now.kind === 'known' && now.row === row && now.old === old)) {
      return;
    }
    this.become({ kind: 'known', row, old });
  }

  private lose(): void {
    const { now } = this;
    if (now.kind !== 'gone') {
      this.become({ kind: 'gone', row: now.kind === 'known' ? now.row : null });
    }
  }

  private become(standing: Standing): void {
    this.now = standing;
    this.signal.emit();
  }

  private now: Standing = { kind: 'waiting' };
  private watching: IDisposable | null = null;
  private disposed = false;
  private readonly again = new Again(signal => this.read(signal));
  private readonly signal = new Signal<this, void>(this);
}
