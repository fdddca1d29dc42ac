import type { RunRow, TargetRow } from '../api/client';
import { isTarget } from './arguments';

/** Where cells can run: the server's own targets first, then those where runs of other environments have been. */
export function knownTargets(
  own: readonly TargetRow[],
  rows: readonly RunRow[],
  current: string | null
): string[] {
  const first = own.map(target => target.name);
  const seen = new Set([...rows.map(row => row.target), ...(current === null ? [] : [current])]);
  const others = [...seen].filter(name => !first.includes(name)).sort();
  return [...first, ...others].filter(isTarget);
}
