import type { RunRow, RunsQuery, RunState } from '../api/client';

/** Which runs a list shows; nothing set is all of them. */
export interface IRunFilter {
  readonly states: readonly RunState[];
  readonly target: string;
  /** Looked for in id, name, code and notebook. */
  readonly text: string;
}

export const ALL_RUNS: IRunFilter = { states: [], target: '', text: '' };

export function isAll(filter: IRunFilter): boolean {
  return filter.states.length === 0 && filter.target === '' && filter.text.trim() === '';
}

/** The same as a question to the server. */
export function queryOf(filter: IRunFilter): RunsQuery {
  return { state: [...filter.states], target: filter.target, text: filter.text.trim() };
}

/**
 * Whether a row is one of those: null if it may be, because the text can be in code that a row does not have.
 */
export function matches(filter: IRunFilter, row: RunRow): boolean | null {
  if (filter.states.length > 0 && !filter.states.includes(row.state)) {
    return false;
  }
  if (filter.target !== '' && filter.target !== row.target) {
    return false;
  }
  const text = filter.text.trim().toLowerCase();
  const shown = `${row.id}\n${row.name}\n${row.code_line}\n${row.notebook}`.toLowerCase();
  return shown.includes(text) ? true : null;
}
