/** What can be done to a run as it stands, and what would be lost by it. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Counts, RunDetail, RunRow, RunState } from '../api/client';
import { assertNever } from '../assert';
import { count, dollars, duration, total } from '../format';

/** Whether nothing more happens to it by itself. */
export function isOver(state: RunState): boolean {
  switch (state) {
    case 'queued':
    case 'running':
    case 'cancelling':
      return false;
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return true;
    default:
      return assertNever(state);
  }
}

/** Whether there is something to cancel that is not being cancelled. */
export function canCancel(row: RunRow): boolean {
  return row.state === 'queued' || row.state === 'running';
}

/** Whether a task has ended without success. */
export function canRetry(row: RunRow): boolean {
  return row.counts.failed + row.counts.unknown + row.counts.cancelled > 0;
}

export function canDelete(row: RunRow): boolean {
  return isOver(row.state);
}

/** Whether a task has ended, so that there is something to collect. */
export function canCollect(row: RunRow): boolean {
  return ended(row.counts) > 0;
}

/** What is lost when a run, or these tasks of it, are cancelled; null if nothing runs. */
export function lostByCancel(
  row: RunRow,
  tasks: readonly number[] | undefined,
  trans: TranslationBundle
): string | null {
  const { running, queued } = row.counts;
  if (running === 0) {
    return null;
  }
  if (tasks !== undefined) {
    return trans._n(
      'If this task is running, what it has done so far is lost.',
      'What those of these %1 tasks that are running have done so far is lost.',
      tasks.length
    );
  }
  const parts = [
    trans._n(
      'One task is running: what it has done so far is lost.',
      '%1 tasks are running: what they have done so far is lost.',
      running
    )
  ];
  if (queued > 0) {
    parts.push(
      trans._n('One waiting task is not started.', '%1 waiting tasks are not started.', queued)
    );
  }
  const kept = ended(row.counts);
  if (kept > 0) {
    parts.push(
      trans._n('One task that has ended is kept.', '%1 tasks that have ended are kept.', kept)
    );
  }
  return parts.join(' ');
}

/** What is lost when a run is deleted. */
export function lostByDelete(row: RunRow, trans: TranslationBundle): string {
  const all = total(row.counts);
  const lost = trans._n(
    'Its code, output and result are deleted.',
    'Its code, and the output and results of its %1 tasks (%2 succeeded) are deleted.',
    all,
    count(row.counts.succeeded)
  );
  return `${lost} ${trans.__('This cannot be undone.')}`;
}

/** The question whether a run may start its machines once more, with what they cost at worst. */
export function machinesAgain(
  row: RunRow,
  plan: NonNullable<RunDetail['plan']>,
  trans: TranslationBundle
): { readonly title: string; readonly body: string; readonly yes: string; readonly no: string } {
  const { machines, max_lifetime: lifetime, worst, provider } = plan;
  const most = dollars(worst);
  const start = trans._n(
    'It starts one machine for at most %2: up to %3, as its plan says.',
    'It starts up to %1 machines, each for at most %2: up to %3, as its plan says.',
    machines,
    duration(lifetime),
    most
  );
  const said =
    provider === 'fakecloud'
      ? trans.__('Nothing of it is real money.')
      : trans.__('To choose other machines or another limit, run its cell in the notebook.');
  return {
    title: trans.__('Run %1 again?', calledRun(row)),
    body: `${start} ${said}`,
    yes: trans.__('Start for up to %1', most),
    no: trans.__('Start nothing')
  };
}

/** What a run is called in messages: its name, else what its code begins with, else its id. */
export function calledRun(row: RunRow): string {
  const text = row.name || row.code_line;
  const short = text.length > 40 ? `${text.slice(0, 39)}…` : text;
  return short === '' ? row.id : `“${short}”`;
}

function ended(counts: Counts): number {
  return total(counts) - counts.queued - counts.running;
}
