import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';

import type { CurvesAnswer, CurvesQuery, IRunClient, SearchRow } from '../api/client';
import { Again } from './again';
import { bestCurve, type ICurve, keptCurves } from './curveRows';

/** Milliseconds between two questions: while curves are looked at and grow, and while it is not known if there are any. */
const NEXT = 1000;
const PROBE = 5000;
const GAP = 500;
/** As many curves as the server gives. */
const MOST = 200;
const NO_CURVES: readonly ICurve[] = [];

/** What of the curves is shown, and how; "" and null stand for what the run itself suggests. */
export interface ICurvesChoice {
  readonly metric: string;
  readonly logarithmic: boolean | null;
  /** Whether high values are good. */
  readonly highest: boolean | null;
  /** Which ones, where there are more than are drawn. */
  readonly choose: 'newest' | 'best';
}

const UNCHOSEN: ICurvesChoice = { metric: '', logarithmic: null, highest: null, choose: 'newest' };

export interface ICurvesOptions {
  readonly client: Pick<IRunClient, 'curves'>;
  readonly run: string;
  /** Of this task alone. */
  readonly task?: number;
  /** Whether more may be reported. */
  readonly live: () => boolean;
  /** Who says what is good. */
  readonly search: () => SearchRow | null;
}

/** The curves of what tasks report, asked for while somebody looks at them; before that only whether there are any. */
export class CurvesModel implements IDisposable {
  constructor(private readonly options: ICurvesOptions) {}

  /** The same arrays and curves (`===`) as long as they are the same. */
  get curves(): readonly ICurve[] {
    return this.drawn;
  }

  /** Names that are reported. */
  get metrics(): readonly string[] {
    return this.names;
  }

  /** What is drawn. */
  get metric(): string {
    return this.shownMetric;
  }

  /** How many tasks have reported; 0 while that is not known. */
  get total(): number {
    return this.found;
  }

  get choice(): ICurvesChoice {
    return this.chosen;
  }

  /** Whether high values are good: as chosen, else as the search wants it. */
  get highest(): boolean {
    const search = this.options.search();
    const wanted = search !== null && search.metric === this.metric && search.direction;
    return this.chosen.highest ?? wanted === 'maximize';
  }

  /** Whether the search says which values are good. */
  get isJudged(): boolean {
    const search = this.options.search();
    return search !== null && search.direction !== '' && search.metric === this.metric;
  }

  /** The task whose curve has come furthest, null if there is none. */
  get best(): number | null {
    return bestCurve(this.drawn, this.highest);
  }

  get error(): Error | null {
    return this.trouble;
  }

  get changed(): ISignal<this, void> {
    return this.signal;
  }

  choose(choice: Partial<ICurvesChoice>): void {
    this.chosen = { ...this.chosen, ...choice };
    this.again.ask();
    this.signal.emit();
  }

  /** Somebody may want to know whether there are curves. */
  set watched(watched: boolean) {
    if (watched === this.isWatched || this.disposed) {
      return;
    }
    this.isWatched = watched;
    if (watched) {
      this.again.start();
      this.again.ask();
    } else {
      this.again.stop();
      void this.poll.stop();
    }
  }

  /** Somebody looks at the curves. */
  set looked(looked: boolean) {
    if (looked !== this.isLooked) {
      this.isLooked = looked;
      this.poke();
    }
  }

  /** Something of the run has changed. */
  poke(): void {
    if (this.isWatched && (this.isLooked || this.found === 0)) {
      this.again.ask();
    }
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    this.watched = false;
    this.disposed = true;
    this.again.stop();
    this.poll.dispose();
    Signal.clearData(this);
  }

  private async read(signal: AbortSignal): Promise<void> {
    const { client, run, task } = this.options;
    const { metric, choose } = this.chosen;
    const which = task === undefined ? { most: this.isLooked ? MOST : 1 } : { tasks: [task] };
    const shape: CurvesQuery = { metric, choose, order: this.highest ? 'desc' : 'asc' };
    try {
      this.take(await client.curves(run, { ...which, ...shape }, signal));
      this.trouble = null;
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      this.trouble = error instanceof Error ? error : new Error(String(error));
    }
    this.schedule();
    this.signal.emit();
  }

  private take(answer: CurvesAnswer): void {
    const { task } = this.options;
    this.found = task === undefined ? answer.total : answer.curves.length;
    const isWhole = this.isLooked || task !== undefined;
    if (isWhole) {
      this.drawn = keptCurves(this.drawn, answer.curves);
      this.shownMetric = answer.metric;
      this.names = answer.metrics;
    }
  }

  private schedule(): void {
    const interval = this.isLooked ? NEXT : PROBE;
    const more = this.options.live() || this.trouble !== null;
    if (more && (this.isLooked || this.found === 0)) {
      void this.poll.schedule({ interval, phase: 'refreshed' });
    } else {
      void this.poll.stop();
    }
  }

  private drawn = NO_CURVES;
  private names: readonly string[] = [];
  private shownMetric = '';
  private found = 0;
  private chosen = UNCHOSEN;
  private trouble: Error | null = null;
  private isWatched = false;
  private isLooked = false;
  private disposed = false;
  private readonly poll = new Poll({
    auto: false,
    factory: () => {
      this.poke();
      return Promise.resolve();
    },
    frequency: { interval: NEXT, backoff: false },
    standby: 'when-hidden',
    name: 'cellburst:curves'
  });
  private readonly again = new Again(signal => this.read(signal), GAP);
  private readonly signal = new Signal<this, void>(this);
}
