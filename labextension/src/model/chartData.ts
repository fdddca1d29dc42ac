import { chartFields, type IChartField } from './chartFields';
import { canBeParallel, defaultChoice, type IChartChoice } from './charts';
import { columnsOf, namesOf, NO_NAMES } from './columns';
import { LookedAt } from './lookedAt';
import type { RunModel } from './run';
import { type ISample, sampleTasks } from './sample';

const GAP = 4000;
const NO_FIELDS: readonly IChartField[] = [];

/** What the chart of a run draws: some of its tasks, read while somebody looks, and a person's choice. */
export class ChartData extends LookedAt {
  constructor(private readonly model: RunModel) {
    super(GAP);
    model.moved.connect(this.poke, this);
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
    this.tell();
  }

  set shown(shown: boolean) {
    this.look(shown);
  }

  protected async read(signal: AbortSignal): Promise<void> {
    const { detail, manager, run } = this.model;
    if (detail === null) {
      return;
    }
    const sample = await sampleTasks(manager.client, run, detail.sweep.count, signal);
    this.names = namesOf(this.names, sample.tasks);
    this.drawn = sample;
    this.known = chartFields(columnsOf(detail.sweep.names, this.names), sample.tasks);
    this.first = defaultChoice(this.known);
  }

  private drawn: ISample | null = null;
  private known = NO_FIELDS;
  private names = NO_NAMES;
  private first: IChartChoice | null = null;
  private chosen: IChartChoice | null = null;
}
