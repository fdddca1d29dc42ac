import type { RunRow } from '../api/client';
import { assertNever } from '../assert';

export type Grouping = 'notebook' | 'day';

/** Where runs of one group come from: a notebook's path ("" for none), or a day ("2026-11-21") of this machine. */
export interface IRunGroup {
  readonly by: Grouping;
  readonly key: string;
  readonly rows: readonly RunRow[];
}

/** A line of the list: a group's title, or a run. `place` of `among` count from 1 within what the line belongs to. */
export type RunListItem = { readonly place: number; readonly among: number } & (
  | { readonly kind: 'group'; readonly group: IRunGroup; readonly isOpen: boolean }
  | { readonly kind: 'run'; readonly row: RunRow }
);

/** Rows, newest first, by what they belong to; the group with the newest row comes first. */
export function grouped(rows: readonly RunRow[], by: Grouping): IRunGroup[] {
  const groups = new Map<string, RunRow[]>();
  for (const row of rows) {
    const key = keyOf(row, by);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [row]);
    } else {
      group.push(row);
    }
  }
  return [...groups].map(([key, members]) => ({ by, key, rows: members }));
}

/** The lines to show, without the rows of closed groups. */
export function linesOf(groups: readonly IRunGroup[], closed: ReadonlySet<string>): RunListItem[] {
  return groups.flatMap((group, at): RunListItem[] => {
    const isOpen = !closed.has(group.key);
    const among = group.rows.length;
    const rows = group.rows.map((row, place) => {
      return { kind: 'run' as const, row, place: place + 1, among };
    });
    const title = { kind: 'group' as const, group, isOpen, place: at + 1, among: groups.length };
    return [title, ...(isOpen ? rows : [])];
  });
}

/** The day of a time in seconds, by the clock of this machine: "2026-11-21". */
export function dayOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map(part => String(part).padStart(2, '0')).join('-');
}

function keyOf(row: RunRow, by: Grouping): string {
  switch (by) {
    case 'notebook':
      return row.notebook;
    case 'day':
      return dayOf(row.submitted);
    default:
      return assertNever(by);
  }
}
