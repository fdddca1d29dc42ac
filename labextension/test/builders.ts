/** Rows and answers of a server, as they are unless a test says otherwise. */
import { total } from '../src/format';
import type {
  ChangeRow,
  Counts,
  MachineRow,
  RunDetail,
  RunRow,
  StatusAnswer,
  StoreRow,
  TaskDetail,
  TaskRow
} from '../src/api/client';

export const T0 = 1_800_000_000;

/** The id of the run with this number; a greater number is a later run. */
export function runId(number: number): string {
  return `${number.toString(36).padStart(7, '0')}-aaaa`;
}

export function counts(changes: Partial<Counts> = {}): Counts {
  return {
    queued: 0,
    running: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    unknown: 0,
    pruned: 0,
    ...changes
  };
}

/** A run of 50 tasks in mid-course; a greater number is later. */
export function runRow(number: number, changes: Partial<RunRow> = {}): RunRow {
  return {
    id: runId(number),
    name: '',
    target: 'local',
    state: 'running',
    counts: counts({ queued: 9, running: 4, succeeded: 35, failed: 2 }),
    submitted: T0 + number,
    started: T0 + number + 1,
    ended: null,
    notebook: 'study.ipynb',
    code_line: `fit(${number})`,
    env: '0123456789ab',
    reason: '',
    single: false,
    kind: 'grid',
    eta: null,
    meter: null,
    elsewhere: false,
    ...changes
  };
}

/** The same, ended well. */
export function endedRow(number: number, changes: Partial<RunRow> = {}): RunRow {
  return runRow(number, {
    state: 'succeeded',
    counts: counts({ succeeded: 50 }),
    ended: T0 + number + 73,
    ...changes
  });
}

export function runDetail(number: number, changes: Partial<RunDetail> = {}): RunDetail {
  return {
    ...runRow(number),
    code: `model = fit(${number})\nmodel.score(X, y)`,
    manifest: [
      { name: 'X', type: 'numpy.ndarray', size: 160_128, how: 'value', why: '', warning: '' },
      { name: 'np', type: 'module', size: null, how: 'import', why: '', warning: '' }
    ],
    sent: 161_000,
    options: {
      parallel: 4,
      retries: 0,
      timeout: null,
      seed: 7,
      at_most_once: false,
      on_interrupt: 'detach',
      cache: ''
    },
    origin: {
      notebook: 'study.ipynb',
      cell: 'c0ffee',
      kernel: 'k1',
      python: '3.11.7',
      version: '0.1.0',
      pid: 4711
    },
    sweep: { kind: 'grid', names: ['lr', 'depth'], count: 50 },
    folder: 'results',
    open: false,
    search: null,
    cached: 0,
    plan: null,
    error: null,
    ...changes
  };
}

/** A machine that runs one of two tasks. */
export function machineRow(number: number, changes: Partial<MachineRow> = {}): MachineRow {
  return {
    name: `m${number}`,
    state: 'running',
    reason: '',
    type: 'g5.xlarge',
    zone: 'us-east-1a',
    market: 'spot',
    price: 1.2,
    cost: 0,
    requested: T0,
    billed: T0 + 2,
    running: T0 + 40,
    ended: null,
    deadline: T0 + 7200,
    id: `i-0${number}`,
    workers: 2,
    tasks: 1,
    used: null,
    ...changes
  };
}

/** A task that succeeded with a number. */
export function taskRow(index: number, changes: Partial<TaskRow> = {}): TaskRow {
  return {
    index,
    state: 'succeeded',
    attempt: 1,
    generation: 1,
    params: { lr: 0.1 * (index + 1), depth: index },
    summary: 0.5 + index / 1000,
    metrics: { acc: 0.9 },
    started: T0 + index,
    seconds: 1.5,
    peak_rss: 80_000_000,
    worker: `w${index % 4}`,
    note: '',
    error: null,
    cached: '',
    files: [],
    ...changes
  };
}

export function taskDetail(index: number, changes: Partial<TaskDetail> = {}): TaskDetail {
  return { ...taskRow(index), traceback: [], frames: [], attempts: [], ...changes };
}

export function storeRow(changes: Partial<StoreRow> = {}): StoreRow {
  return {
    env: '0123456789ab',
    python: '3.11.7',
    controller: { state: 'running', pid: 99, version: '0.1.0', message: '', hint: '' },
    error: null,
    ...changes
  };
}

export function statusAnswer(changes: Partial<StatusAnswer> = {}): StatusAnswer {
  return {
    version: '0.1.0',
    at: T0,
    stores: [storeRow()],
    counts: { runs: 0, running: 0, queued: 0 },
    targets: [{ name: 'local', what: 'worker processes on this machine' }],
    machines: [],
    ...changes
  };
}

/** The change that a row shows. */
export function changeOf(row: RunRow): ChangeRow {
  const { id, state, counts, ended } = row;
  return { run: id, state, counts, ended, count: total(counts), open: false, meter: null };
}

export function deletion(run: string): ChangeRow {
  return {
    run,
    state: 'deleted',
    counts: counts(),
    ended: null,
    count: 0,
    open: false,
    meter: null
  };
}
