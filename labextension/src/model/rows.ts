import type { IDisposable } from '@lumino/disposable';

import type { ChangeRow, Counts, IRunClient, RunRow } from '../api/client';
import { ApiError } from '../api/errors';
import type { IRunChange } from '../tokens';
import { Again } from './again';

/** Milliseconds between two rounds of questions for what the changes do not say: name, reason, time left. */
const GAP = 500;

/** So many rows are asked for one by one; for more of them the newest page is read first. */
const FEW = 3;

const PAGE = 200;

/**
 * The rows that this page knows.
 *
 * A change is shown at once with what it says, and the row is asked for soon, together with all others that have
 * changed by then. An answer that was on its way when a change came never wins against the change.
 */
export class Rows implements IDisposable {
  constructor(
    private readonly client: Pick<IRunClient, 'run' | 'runs'>,
    private readonly tell: (change: IRunChange) => void
  ) {}

  peek(run: string): RunRow | undefined {
    return this.rows.get(run);
  }

  /** Rows that were read, perhaps a moment ago: one that contradicts what is known is asked for again. */
  learn(rows: readonly RunRow[]): void {
    for (const each of rows) {
      const row = rowOf(each);
      const known = this.rows.get(row.id);
      if (this.gone.has(row.id)) {
        continue; // it was read before it was deleted
      }
      if (known === undefined) {
        this.rows.set(row.id, row);
      } else if (this.unsure.delete(row.id) || sameStanding(known, row)) {
        this.put(row);
      } else {
        this.stale.add(row.id);
      }
    }
    this.catchUp();
  }

  /** What the server tells of runs. */
  apply(changes: readonly ChangeRow[]): void {
    for (const { run, state, counts, ended, meter } of changes) {
      if (state === 'deleted') {
        this.drop(run);
        continue;
      }
      this.unsure.delete(run);
      this.stale.add(run);
      this.untold.add(run);
      const known = this.rows.get(run);
      if (known !== undefined) {
        this.put({ ...known, state, counts, ended, meter });
      }
    }
    this.catchUp();
  }

  /** Some changes are not known: what is read from now on is right, whatever was known. */
  doubt(): void {
    this.unsure = new Set(this.rows.keys());
  }

  /** Ask for what is not known yet, and for what could not be asked for before. */
  catchUp(): void {
    if (this.stale.size > 0) {
      this.again.ask();
    }
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    this.disposed = true;
    this.again.stop();
  }

  private async read(signal: AbortSignal): Promise<void> {
    this.asked = this.stale;
    this.stale = new Set();
    try {
      if (this.asked.size > FEW) {
        const { runs } = await this.client.runs({ limit: PAGE }, signal);
        runs.forEach(row => this.take(row));
      }
      for (const run of [...this.asked]) {
        await this.readOne(run, signal);
      }
    } catch {
      // the connection tells that the server is away; these are asked for when it answers again
      this.asked.forEach(run => this.stale.add(run));
    }
    this.asked = new Set();
  }

  private async readOne(run: string, signal: AbortSignal): Promise<void> {
    try {
      this.take(await this.client.run(run, signal));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) {
        throw error;
      }
      this.drop(run);
    }
  }

  private take(row: RunRow): void {
    if (!this.asked.delete(row.id)) {
      return;
    }
    const known = this.stale.has(row.id) ? this.rows.get(row.id) : undefined;
    const { state, counts, ended, meter } = known ?? row;
    this.put({ ...rowOf(row), state, counts, ended, meter });
  }

  private put(row: RunRow): void {
    const known = this.rows.get(row.id);
    if (this.untold.delete(row.id) || known === undefined || !sameRow(known, row)) {
      this.rows.set(row.id, row);
      this.tell({ run: row.id, row });
    }
  }

  private drop(run: string): void {
    this.gone.add(run);
    this.rows.delete(run);
    this.unsure.delete(run);
    this.stale.delete(run);
    this.untold.delete(run);
    this.asked.delete(run);
    this.tell({ run, row: null });
  }

  private readonly rows = new Map<string, RunRow>();
  private unsure = new Set<string>();
  private stale = new Set<string>();
  private asked = new Set<string>();
  /** Changes that nobody was told of, though the row may be known: a card may have read it before a list can. */
  private readonly untold = new Set<string>();
  private readonly gone = new Set<string>();
  private disposed = false;
  private readonly again = new Again(signal => this.read(signal), GAP);
}

/** The row alone, without the code and inputs that a detail has as well. */
function rowOf(row: RunRow): RunRow {
  const { id, name, target, state, counts, submitted, started, ended } = row;
  const { notebook, code_line, env, reason, single, kind, eta, meter, elsewhere } = row;
  const place = { id, name, target, state, counts, submitted, started, ended };
  return { ...place, notebook, code_line, env, reason, single, kind, eta, meter, elsewhere };
}

function sameRow(one: RunRow, other: RunRow): boolean {
  const keys = Object.keys(one) as (keyof RunRow)[];
  return (
    sameCounts(one.counts, other.counts) &&
    sameMeter(one.meter, other.meter) &&
    keys.every(key => key === 'counts' || key === 'meter' || one[key] === other[key])
  );
}

/** Whether both say the same of what changes tell. */
function sameStanding(one: RunRow, other: RunRow): boolean {
  return (
    one.state === other.state &&
    one.ended === other.ended &&
    sameCounts(one.counts, other.counts) &&
    sameMeter(one.meter, other.meter)
  );
}

function sameMeter(one: RunRow['meter'], other: RunRow['meter']): boolean {
  return (
    one?.base === other?.base &&
    one?.rate === other?.rate &&
    String(one?.fresh ?? '') === String(other?.fresh ?? '')
  );
}

function sameCounts(one: Counts, other: Counts): boolean {
  return (
    one.queued === other.queued &&
    one.running === other.running &&
    one.succeeded === other.succeeded &&
    one.failed === other.failed &&
    one.cancelled === other.cancelled &&
    one.unknown === other.unknown &&
    one.pruned === other.pruned
  );
}
