import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import { Again } from './again';
import { chartFields, type IChartField } from './chartFields';
import { canBeParallel, defaultChoice, type IChartChoice } from './charts';
import { columnsOf, namesOf, NO_NAMES } from './columns';
import type { RunModel } from './run';
import { type ISample, sampleTasks } from './sample';

const GAP = 4000;
const NO_FIELDS: readonly IChartField[] = [];

/** What the chart of a run draws: some of its tasks, read while somebody looks, and a person's choice. */
export class ChartData implements IDisposable {
  constructor(private readonly model: RunModel) {
    model.moved.connect(this.onMoved, this);
  }

  /** Null before the first answer. */
  get sample(): ISample | null {
    return this.drawn;
  }

  get fields(): readonly IChartField[] {
    return this.known;
  }

  /** What is drawn; null if there is nothing to draw. */
  get choice(): IChartChoice | null {
    const chosen = this.chosen;
    const has = (key: string): boolean => this.known.some(field => field.key === key);
    const possible =
      chosen !== null &&
      has(chosen.y) &&
      (chosen.kind === 'parallel' ? canBeParallel(this.known) : has(chosen.x));
    return possible ? chosen : this.first;
  }

  choose(choice: IChartChoice): void {
    this.chosen = choice;
    this.signal.emit();
  }

  get error(): Error | null {
    return this.trouble;
  }

  get changed(): ISignal<this, void> {
    return this.signal;
  }

  set shown(shown: boolean) {
    if (shown === this.looked) {
      return;
    }
    this.looked = shown;
    if (shown) {
      this.again.start();
      this.again.ask();
    } else {
      this.again.stop();
    }
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
    if (this.looked) {
      this.again.ask();
    }
  }

  private async read(signal: AbortSignal): Promise<void> {
    const { detail, manager, run } = this.model;
    if (detail === null) {
      return;
    }
    try {
      const sample = await sampleTasks(manager.client, run, detail.sweep.count, signal);
      this.names = namesOf(this.names, sample.tasks);
      this.drawn = sample;
      this.known = chartFields(columnsOf(detail.sweep.names, this.names), sample.tasks);
      this.first = defaultChoice(this.known);
      this.trouble = null;
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      this.trouble = error instanceof Error ? error : new Error(String(error));
    }
    this.signal.emit();
  }

  private drawn: ISample | null = null;
  private known = NO_FIELDS;
  private names = NO_NAMES;
  private first: IChartChoice | null = null;
  private chosen: IChartChoice | null = null;
  private trouble: Error | null = null;
  private looked = false;
  private disposed = false;
  private readonly again = new Again(signal => this.read(signal), GAP);
  private readonly signal = new Signal<this, void>(this);
}
