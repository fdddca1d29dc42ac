import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';

import type { IRunClient, TaskDetail } from '../api/client';
import type { IRunChange, IRunManager } from '../tokens';
import { Again } from './again';
import { CurvesModel } from './curves';
import { LogModel } from './log';
import { OutputsModel } from './outputs';
import { type IUsage, readUsage } from './usage';

/** Milliseconds between two questions about a task of a run in which much happens. */
const GAP = 500;
/** Milliseconds until a task that goes on, or could not be read, is asked for although nothing was heard of it. */
const NEXT = 5000;

export interface ITaskOptions {
  readonly client: IRunClient;
  readonly manager: IRunManager;
  readonly trans: TranslationBundle;
  readonly run: string;
  readonly index: number;
}

/** One task as somebody looks at it: how it stands, its log and its outputs. Asks only while it is shown. */
export class TaskModel implements IDisposable {
  constructor(private readonly options: ITaskOptions) {
    const { client, manager, run, index } = options;
    this.log = new LogModel(options);
    this.outputs = new OutputsModel(client, run, index);
    const live = (): boolean => this.isLive;
    this.curves = new CurvesModel({ client, run, task: index, live, search: () => null });
    manager.runChanged.connect(this.onRun, this);
    manager.resynced.connect(this.poke, this);
  }

  readonly log: LogModel;
  readonly outputs: OutputsModel;
  readonly curves: CurvesModel;
  /** The task as last known, null before the first answer. */
  detail: TaskDetail | null = null;
  /** What it took of its machine, null if nobody knows. */
  usage: IUsage | null = null;
  /** Why the last question was not answered, null while all is well. */
  error: Error | null = null;

  get changed(): ISignal<this, void> {
    return this.signal;
  }

  get run(): string {
    return this.options.run;
  }

  get index(): number {
    return this.options.index;
  }

  set shown(shown: boolean) {
    if (shown === (this.watching !== null) || this.isDisposed) {
      return;
    }
    if (shown) {
      this.watching = this.options.manager.watch();
      this.again.start();
      this.again.ask();
      this.curves.watched = true;
    } else {
      this.watching?.dispose();
      this.watching = null;
      this.again.stop();
      void this.poll.stop();
      this.log.shown = false;
      this.outputs.shown = false;
      this.curves.watched = false;
    }
  }

  /** Ask now. */
  poke(): void {
    if (this.watching !== null) {
      this.again.ask();
    }
  }

  isDisposed = false;

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.shown = false;
    this.isDisposed = true;
    this.again.stop();
    this.poll.dispose();
    this.log.dispose();
    this.outputs.dispose();
    this.curves.dispose();
    Signal.clearData(this);
  }

  private onRun(_: IRunManager, change: IRunChange): void {
    if (change.run === this.run) {
      this.curves.poke();
      this.poke();
    }
  }

  private async read(signal: AbortSignal): Promise<void> {
    const { client, run, index } = this.options;
    try {
      const [detail, usage] = await Promise.all([
        client.task(run, index, signal),
        readUsage(client, run, index, signal).catch(() => this.usage)
      ]);
      if (signal.aborted) {
        return;
      }
      this.detail = detail;
      this.usage = usage;
      this.error = null;
      this.log.live = this.isLive;
      this.outputs.live = this.isLive;
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      this.error = error instanceof Error ? error : new Error(String(error));
    }
    if (this.error !== null || this.isLive) {
      void this.poll.schedule({ interval: NEXT, phase: 'refreshed' });
    } else {
      void this.poll.stop();
    }
    this.signal.emit();
  }

  private get isLive(): boolean {
    return this.detail?.state === 'running' || this.detail?.state === 'queued';
  }

  private readonly poll = new Poll({
    auto: false,
    factory: () => {
      this.poke();
      return Promise.resolve();
    },
    frequency: { interval: NEXT, backoff: false },
    standby: 'when-hidden',
    name: 'cellburst:task'
  });
  private watching: IDisposable | null = null;
  private readonly again = new Again(signal => this.read(signal), GAP);
  private readonly signal = new Signal<this, void>(this);
}
