import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import { Again } from './again';
import type { RunModel } from './run';

/** The trial that a search has found best, and the number that it is judged by. */
export interface IBest {
  readonly task: number;
  readonly value: number;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Milliseconds between two questions while trials end. */
const GAP = 1000;

/** The best trial of a run that searches, asked for while the run is shown and when one of its tasks has changed. */
export class BestTrial implements IDisposable {
  constructor(private readonly model: RunModel) {
    model.moved.connect(this.onMoved, this);
    model.changed.connect(this.onMoved, this);
  }

  /** The same object as long as it is the same; null while none has succeeded, and of runs that do not search. */
  get best(): IBest | null {
    return this.found;
  }

  get changed(): ISignal<this, void> {
    return this.signal;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    this.disposed = true;
    this.again.stop();
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  private onMoved(): void {
    const { detail, shown } = this.model;
    if (!shown) {
      this.succeeded = -1; // when somebody looks again, it is asked for
    } else if (detail?.search?.kind === 'search' && detail.counts.succeeded !== this.succeeded) {
      this.succeeded = detail.counts.succeeded;
      this.again.ask();
    }
  }

  private async read(signal: AbortSignal): Promise<void> {
    const { detail, manager, run } = this.model;
    const metric = detail?.search?.metric ?? '';
    const order = detail?.search?.direction === 'maximize' ? 'desc' : 'asc';
    const sort = `metric:${metric}`;
    try {
      const query = { sort, order, state: ['succeeded'], limit: 1 } as const;
      const { tasks } = await manager.client.tasks(run, query, signal);
      const value = tasks[0]?.metrics?.[metric];
      const task = tasks[0];
      if (task === undefined || typeof value !== 'number') {
        return;
      }
      if (this.found?.task !== task.index || this.found.value !== value) {
        this.found = { task: task.index, value, params: task.params };
        this.signal.emit();
      }
    } catch {
      this.succeeded = -1; // the run itself says that the server is away; with its next change this is asked again
    }
  }

  private found: IBest | null = null;
  private succeeded = -1;
  private disposed = false;
  private readonly again = new Again(signal => this.read(signal), GAP);
  private readonly signal = new Signal<this, void>(this);
}
