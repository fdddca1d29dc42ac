import type { TranslationBundle } from '@jupyterlab/translation';

import type { RunRow } from '../api/client';
import { duration, runningFor, summary } from '../format';
import { costFacts } from './runCost';
import { stateLabel } from './StateIcon';

/** How a run stands, in a line: "37/50 · 2 failed", "1m 12s", "~40s left", and what it has cost. */
export function runFacts(row: RunRow, now: number, trans: TranslationBundle): readonly string[] {
  const { started, submitted, ended, eta, counts, single, state, kind } = row;
  const facts = [single ? stateLabel(state, trans) : summary(counts, trans)];
  if (ended !== null) {
    facts.push(duration(ended - (started ?? submitted)));
  } else if (started !== null) {
    facts.push(runningFor(now - started));
  }
  if (state === 'running' && eta !== null && !growsByItself(kind)) {
    facts.push(trans.__('~%1 left', runningFor(eta)));
  }
  return [...facts, ...costFacts(row, now, trans)];
}

/** Whether tasks come as others end: then nobody knows how long it takes. */
function growsByItself(kind: RunRow['kind']): boolean {
  return kind === 'search' || kind === 'calls';
}

/** What a run is called: its name, else what its code begins with, else its id. */
export function runTitle(row: RunRow): string {
  return row.name || row.code_line || row.id;
}
