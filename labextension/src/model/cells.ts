import { withoutRemote } from './magicLine';

/** A code cell of a notebook, as much of it as tells whether a run came from it. */
export interface ICell {
  readonly id: string;
  readonly source: string;
}

/**
 * The place of the cell that a run came from; -1 if it is no longer there.
 *
 * The cell's own id says it; in a notebook that was copied or opened elsewhere, the code that was sent.
 */
export function cellOfRun(cells: readonly ICell[], id: string, code: string): number {
  const own = id === '' ? -1 : cells.findIndex(cell => cell.id === id);
  if (own >= 0) {
    return own;
  }
  const sent = trimmed(code);
  return sent === '' ? -1 : cells.findIndex(cell => trimmed(withoutRemote(cell.source)) === sent);
}

function trimmed(source: string): string {
  return source
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .trim();
}
