import type { TranslationBundle } from '@jupyterlab/translation';

import type { RunRow } from '../api/client';
import { dollars } from '../format';

const HOUR = 3600;

/** What a run's machines have cost at `now` (seconds since 1970, by the server's clock); null if it had none. */
export function costAt(meter: RunRow['meter'], now: number): number | null {
  if (meter === null) {
    return null;
  }
  let paid = meter.rate * now;
  for (const [until, price] of meter.fresh) {
    paid += price * Math.max(until - now, 0); // the first minute is paid as a whole
  }
  return Math.max(meter.base + paid / HOUR, 0);
}

/** Whether what a run takes still grows: its time, or what its machines cost. */
export function isGoing({ ended, meter }: Pick<RunRow, 'ended' | 'meter'>): boolean {
  return ended === null || (meter !== null && meter.rate > 0);
}

/** The cost of a run in a word or two: "$0.42", or "$0.42, $1.50/h" while it grows; nothing for a run without machines. */
export function costFacts(
  row: Pick<RunRow, 'meter'>,
  now: number,
  trans: TranslationBundle
): readonly string[] {
  const cost = costAt(row.meter, now);
  if (row.meter === null || cost === null) {
    return [];
  }
  const { rate } = row.meter;
  return [rate > 0 ? trans.__('%1, %2/h', dollars(cost), dollars(rate)) : dollars(cost)];
}
