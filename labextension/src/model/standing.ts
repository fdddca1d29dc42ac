import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { EstimateRow, SearchRow } from '../api/client';
import { Again } from './again';
import type { RunModel } from './run';

/** The trial that a search has found best, and the number that it is judged by. */
export interface IBest {
  readonly task: number;
  readonly value: number;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What has been found so far: the best trial of a search, or what copies say together. */
export interface IFound {
  /** Null while none has succeeded, and of runs that do not search. */
  readonly best: IBest | null;
  /** Empty while no copy has succeeded, and of runs that are no copies until enough is known. */
  readonly estimates: readonly EstimateRow[];
}

export const NOTHING_FOUND: IFound = { best: null, estimates: [] };

/** Milliseconds between two questions while tasks end. */
const GAP = 1000;

/** What the tasks of a run have found, asked for while the run is shown and when more of them have succeeded. */
export class SearchStanding implements IDisposable {
  constructor(private readonly model: RunModel) {
    model.moved.connect(this.onMoved, this);
    model.changed.connect(this.onMoved, this);
  }

  /** The same object as long as it is the same. */
  get found(): IFound {
    return this.known;
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
    } else if (detail !== null && detail.search !== null) {
      const { succeeded } = detail.counts;
      if (succeeded !== this.succeeded) {
        this.succeeded = succeeded;
        this.again.ask();
      }
    }
  }

  private async read(signal: AbortSignal): Promise<void> {
    const search = this.model.detail?.search ?? null;
    if (search === null) {
      return;
    }
    try {
      await (search.kind === 'search' ? this.readBest(search, signal) : this.readEstimates(signal));
    } catch {
      this.succeeded = -1; // the run itself says that the server is away; with its next change this is asked again
    }
  }

  private async readBest({ metric, direction }: SearchRow, signal: AbortSignal): Promise<void> {
    const { manager, run } = this.model;
    const order = direction === 'maximize' ? 'desc' : 'asc';
    const query = { sort: `metric:${metric}`, order, state: ['succeeded'], limit: 1 } as const;
    const { tasks } = await manager.client.tasks(run, query, signal);
    const value = tasks[0]?.metrics?.[metric];
    const task = tasks[0];
    if (task === undefined || typeof value !== 'number') {
      return;
    }
    const { best } = this.known;
    if (best?.task !== task.index || best.value !== value) {
      this.learn({ best: { task: task.index, value, params: task.params }, estimates: [] });
    }
  }

  private async readEstimates(signal: AbortSignal): Promise<void> {
    const { manager, run } = this.model;
    const { estimates } = await manager.client.estimates(run, signal);
    this.learn({ best: null, estimates });
  }

  private learn(found: IFound): void {
    this.known = found;
    this.signal.emit();
  }

  private known = NOTHING_FOUND;
  private succeeded = -1;
  private disposed = false;
  private readonly again = new Again(signal => this.read(signal), GAP);
  private readonly signal = new Signal<this, void>(this);
}
