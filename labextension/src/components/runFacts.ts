import type { TranslationBundle } from '@jupyterlab/translation';

import type { RunRow } from '../api/client';
import { duration, runningFor, summary } from '../format';
import { stateLabel } from './StateIcon';

/** How a run stands, in a line: "37/50 · 2 failed", "1m 12s", "~40s left", and what it cost if that is known. */
export function runFacts(
  row: RunRow,
  now: number,
  trans: TranslationBundle,
  cost?: string
): readonly string[] {
  const { started, submitted, ended, eta, counts, single, state } = row;
  const facts = [single ? stateLabel(state, trans) : summary(counts, trans)];
  if (ended !== null) {
    facts.push(duration(ended - (started ?? submitted)));
  } else if (started !== null) {
    facts.push(runningFor(now - started));
  }
  if (state === 'running' && eta !== null) {
    facts.push(trans.__('~%1 left', runningFor(eta)));
  }
  if (cost !== undefined) {
    facts.push(cost);
  }
  return facts;
}

/** What a run is called: its name, else what its code begins with, else its id. */
export function runTitle(row: RunRow): string {
  return row.name || row.code_line || row.id;
}
