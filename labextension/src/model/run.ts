import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { RunDetail, TimelineRow } from '../api/client';
import { ApiError } from '../api/errors';
import { total } from '../format';
import type { IRunChange, IRunManager } from '../tokens';
import { Again } from './again';
import { decodeStates, sameStates } from './states';

const NO_STATES = new Uint8Array(0);
const NO_EVENTS: readonly TimelineRow[] = [];

/**
 * One run as it is looked at: what was submitted, the state of every task, and what happened.
 *
 * Only while it is shown anything is asked of the server; a change of the run asks at once, further ones while the
 * answer is on its way are asked for together.
 */
export class RunModel implements IDisposable {
  constructor(
    readonly manager: IRunManager,
    readonly run: string
  ) {
    manager.runChanged.connect(this.onChanged, this);
    manager.resynced.connect(this.onResynced, this);
    manager.connectionChanged.connect(this.onConnection, this);
  }

  /** What was submitted and how it stands; null before the first answer. */
  get detail(): RunDetail | null {
    return this.known;
  }

  /** A code for each task (`taskStates.ts`); another array whenever one of them is different. */
  get states(): Uint8Array {
    return this.codes;
  }

  /** What happened, oldest first; another array whenever there is more. */
  get events(): readonly TimelineRow[] {
    return this.lines;
  }

  /** Why what is shown is missing or old, null while all is well. */
  get error(): Error | null {
    return this.trouble;
  }

  /** It was deleted: what is shown is what was known of it. */
  get deleted(): boolean {
    return this.gone;
  }

  /** Anything of the above is different; views compare what they show. */
  get changed(): ISignal<this, void> {
    return this.changedSignal;
  }

  /** Something of the run's tasks may be different: tables read again. */
  get moved(): ISignal<this, void> {
    return this.movedSignal;
  }

  get shown(): boolean {
    return this.watching !== null;
  }

  /** Whether anybody sees it: only then it is kept up to date. */
  set shown(shown: boolean) {
    if (shown === this.shown || this.isDisposed) {
      return;
    }
    if (shown) {
      this.watching = this.manager.watch();
      this.again.start();
      this.refresh();
    } else {
      this.watching?.dispose();
      this.watching = null;
      this.again.stop();
    }
    this.changedSignal.emit();
  }

  /** Ask for everything again. */
  refresh(): void {
    this.whole = true;
    this.again.ask();
    this.movedSignal.emit();
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
    this.again.stop();
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  private onChanged(_: IRunManager, change: IRunChange): void {
    if (change.run !== this.run) {
      return;
    }
    if (change.row === null) {
      this.gone = true;
      this.again.stop();
      this.changedSignal.emit();
      return;
    }
    if (this.known !== null) {
      const { sweep, open } = this.known;
      const count = total(change.row.counts);
      this.whole ||= open || count !== sweep.count; // names, and who adds tasks, may be others now
      this.known = { ...this.known, ...change.row, sweep: { ...sweep, count } };
      this.changedSignal.emit();
    }
    if (this.shown) {
      this.again.ask();
      this.movedSignal.emit();
    }
  }

  private onResynced(): void {
    if (this.shown) {
      this.refresh();
    }
  }

  private onConnection(): void {
    if (this.shown && this.trouble !== null && this.manager.connection === 'live') {
      this.refresh();
    }
  }

  private async read(signal: AbortSignal): Promise<void> {
    const { client } = this.manager;
    const whole = this.whole || this.known === null;
    this.whole = false;
    try {
      if (whole) {
        const detail = await client.run(this.run, signal);
        this.manager.learn([detail]);
        this.known = { ...detail, ...this.manager.peek(this.run) };
      }
      const last = this.lines.at(-1)?.id ?? 0;
      const [states, timeline] = await Promise.all([
        this.known?.single === true ? null : client.states(this.run, signal),
        client.timeline(this.run, last, signal)
      ]);
      if (states !== null) {
        const codes = decodeStates(states);
        this.codes = sameStates(codes, this.codes) ? this.codes : codes;
      }
      if (timeline.events.length > 0) {
        this.lines = [...this.lines, ...timeline.events];
      }
      this.trouble = null;
    } catch (error) {
      if (signal.aborted) {
        this.whole ||= whole;
        return;
      }
      this.whole ||= whole;
      this.trouble = error instanceof Error ? error : new Error(String(error));
      this.gone ||= error instanceof ApiError && error.status === 404 && this.known !== null;
    }
    this.changedSignal.emit();
  }

  private known: RunDetail | null = null;
  private codes = NO_STATES;
  private lines = NO_EVENTS;
  private trouble: Error | null = null;
  private gone = false;
  private whole = true;
  private disposed = false;
  private watching: IDisposable | null = null;
  private readonly again = new Again(signal => this.read(signal));
  private readonly changedSignal = new Signal<this, void>(this);
  private readonly movedSignal = new Signal<this, void>(this);
}
