import type { TaskRow } from '../api/client';
import type { ColumnKind, IColumn } from './columns';

/** How a field is drawn: along an axis of numbers, of times, or as one of several things. */
export type FieldType = 'quantitative' | 'temporal' | 'nominal';

/** Something of each task that a chart can show. */
export interface IChartField {
  /** Of the whole chart, such as "param:lr". */
  readonly key: string;
  readonly kind: ColumnKind | 'time';
  /** The name that the user gave it, "" if it has none. */
  readonly name: string;
  readonly type: FieldType;
  /** A number, a text, or null where a task has nothing. */
  readonly read: (task: TaskRow) => number | string | null;
}

const LONGEST = 60;
const SHOWN = new Set<ColumnKind>(['param', 'value', 'metric', 'seconds', 'memory', 'index']);

/** What these tasks can be drawn by: columns in which at least one of them has something, and the time. */
export function chartFields(
  columns: readonly IColumn[],
  tasks: readonly TaskRow[]
): readonly IChartField[] {
  const fields: IChartField[] = [];
  for (const column of columns) {
    const type = SHOWN.has(column.kind) ? typeOf(column, tasks) : null;
    if (type !== null) {
      const read = (task: TaskRow): number | string | null => shown(column.read(task));
      const key = `${column.kind}:${column.name}`;
      fields.push({ key, kind: column.kind, name: column.name, type, read });
    }
  }
  if (tasks.some(task => task.started !== null)) {
    const read = (task: TaskRow): number | null =>
      task.started === null ? null : task.started * 1000;
    fields.push({ key: 'time:', kind: 'time', name: '', type: 'temporal', read });
  }
  return fields;
}

function typeOf(column: IColumn, tasks: readonly TaskRow[]): FieldType | null {
  let type: FieldType | null = null;
  for (const task of tasks) {
    const value = shown(column.read(task));
    if (typeof value === 'string') {
      return 'nominal';
    }
    if (value !== null) {
      type = 'quantitative';
    }
  }
  return type;
}

function shown(value: unknown): number | string | null {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'string':
      return value.slice(0, LONGEST);
    case 'boolean':
      return String(value);
    default:
      return null;
  }
}
