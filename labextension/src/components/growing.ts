import type { RunDetail } from '../api/client';

/** What the controller says of an open run of which every task has ended. */
const WAITS = 'open: ';

/** Whether somebody may still add tasks to a run. */
export function isGrowing({ open, ended }: RunDetail): boolean {
  return open && ended === null;
}

/** Why tasks of a run wait; "" for none, and for the usual rest of a run that grows, which is no trouble. */
export function troubleOf({ reason, ended }: RunDetail): string {
  return ended !== null || reason.startsWith(WAITS) ? '' : reason;
}
