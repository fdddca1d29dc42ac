import type { TaskRow } from '../api/client';

/** What a column shows. */
export type ColumnKind =
  | 'index'
  | 'state'
  | 'param'
  | 'value'
  | 'metric'
  | 'seconds'
  | 'memory'
  | 'attempt'
  | 'worker'
  | 'files';

/** A column of the table of tasks. `name` is that of the parameter, metric or part of the value, else "". */
export interface IColumn {
  readonly kind: ColumnKind;
  readonly name: string;
  /** What the server sorts by, "" where it cannot. */
  readonly sort: string;
  /** What a task has there, as it came; undefined or null for nothing. */
  readonly read: (task: TaskRow) => unknown;
}

const SAME = 'value';
const MOST = 60;
const LONGEST_SORT = 200;

/** The names that values and metrics have had so far, in the order in which they came. */
export interface INames {
  readonly values: readonly string[];
  readonly metrics: readonly string[];
  /** Some value is no table row: it has a column of its own. */
  readonly scalar: boolean;
  /** The metric called "value" says no more than the values, as where a run is judged by them. */
  readonly repeated: boolean;
  /** Some task has left files. */
  readonly files: boolean;
}

export const NO_NAMES: INames = {
  values: [],
  metrics: [],
  scalar: false,
  repeated: true,
  files: false
};

/** What is known of names and what these tasks add; the same object if they add nothing. */
export function namesOf(known: INames, tasks: Iterable<TaskRow | undefined>): INames {
  const values = new Set(known.values);
  const metrics = new Set(known.metrics);
  let { scalar, repeated, files } = known;
  for (const task of tasks) {
    if (task === undefined) {
      continue;
    }
    const parts = fields(task.summary);
    const logged = fields(task.metrics) ?? {};
    if (parts !== null) {
      take(values, parts);
    } else if (task.summary !== null) {
      scalar = true;
    }
    repeated &&= !Object.hasOwn(logged, SAME) || logged[SAME] === task.summary;
    files ||= task.files.length > 0;
    take(metrics, logged);
  }
  const same =
    values.size === known.values.length &&
    metrics.size === known.metrics.length &&
    scalar === known.scalar &&
    repeated === known.repeated &&
    files === known.files;
  return same ? known : { values: [...values], metrics: [...metrics], scalar, repeated, files };
}

/** The columns of a run's table, from the left. */
export function columnsOf(params: readonly string[], names: INames): readonly IColumn[] {
  const value = names.scalar || names.values.length === 0;
  const metrics = names.repeated ? names.metrics.filter(name => name !== SAME) : names.metrics;
  return [
    plain('index', 'index', task => task.index),
    plain('state', 'state', task => task.state),
    ...params.slice(0, MOST).map(name => named('param', name, task => task.params)),
    ...(value ? [plain('value', 'value', scalarOf)] : []),
    ...names.values.map(name => named('value', name, task => task.summary)),
    ...metrics.map(name => named('metric', name, task => task.metrics)),
    ...(names.files ? [plain('files', '', fileCount)] : []),
    plain('seconds', 'seconds', task => task.seconds),
    plain('memory', 'peak_rss', task => (task.peak_rss === 0 ? null : task.peak_rss)),
    plain('attempt', 'attempt', task => (task.attempt === 0 ? null : task.attempt)),
    plain('worker', 'worker', task => task.worker)
  ];
}

function plain(kind: ColumnKind, sort: string, read: IColumn['read']): IColumn {
  return { kind, name: '', sort, read };
}

function named(kind: ColumnKind, name: string, record: IColumn['read']): IColumn {
  const sort = `${kind}:${name}`;
  const read = (task: TaskRow): unknown => {
    const parts = fields(record(task));
    return parts !== null && Object.hasOwn(parts, name) ? parts[name] : undefined;
  };
  return { kind, name, sort: sort.length <= LONGEST_SORT ? sort : '', read };
}

/** A value that is no row of a table. */
function scalarOf(task: TaskRow): unknown {
  return fields(task.summary) === null ? task.summary : undefined;
}

function fileCount({ files }: TaskRow): number | null {
  return files.length === 0 ? null : files.length;
}

function fields(value: unknown): Readonly<Record<string, unknown>> | null {
  return isRecord(value) ? value : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function take(names: Set<string>, record: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(record)) {
    if (names.size >= MOST) {
      return;
    }
    names.add(name);
  }
}
