/** What can be done to runs: asked for confirmation, sent to the server, and said. */
import { Clipboard, InputDialog, type Notification } from '@jupyterlab/apputils';

import type { CommandAnswer, RetryWhich, RunRow } from '../api/client';
import { ApiError } from '../api/errors';
import { CommandIDs } from '../commands';
import { bytes } from '../format';
import { calledRun, isOver, lostByCancel, lostByDelete, machinesAgain } from '../model/actions';
import { isRunId } from '../model/arguments';
import { confirmed } from './confirm';
import { inform, reportError, say } from './report';
import type { ITools } from './tools';

export async function cancelRun(
  tools: ITools,
  row: RunRow,
  tasks: readonly number[] | undefined
): Promise<void> {
  const { manager, trans } = tools;
  const called = calledRun(row);
  if (isOver(row.state)) {
    inform(trans.__('Run %1 has ended already.', called), trans);
    return;
  }
  const lost = lostByCancel(row, tasks, trans);
  const isWanted =
    lost === null ||
    (await confirmed({
      title:
        tasks === undefined
          ? trans.__('Cancel run %1?', called)
          : trans._n(
              'Cancel task %2 of run %3?',
              'Cancel %1 tasks of run %3?',
              tasks.length,
              tasks[0],
              called
            ),
      body: lost,
      yes:
        tasks === undefined
          ? trans.__('Cancel run')
          : trans._n('Cancel task', 'Cancel tasks', tasks.length),
      no: trans.__('Let it run')
    }));
  if (isWanted && numberIn(await manager.client.cancel(row.id, tasks), 'tasks') === 0) {
    inform(trans.__('There was nothing left to cancel in run %1.', called), trans);
  }
}

export async function retryRun(tools: ITools, row: RunRow, which: RetryWhich): Promise<void> {
  const { manager, trans } = tools;
  try {
    const tasks = numberIn(await manager.client.retry(row.id, which), 'tasks');
    say(
      trans._n('One task of %2 runs again.', '%1 tasks of %2 run again.', tasks, calledRun(row)),
      [openAction(tools, row.id)]
    );
  } catch (error) {
    reportError(trans.__('%1 is not retried.', calledRun(row)), error, trans, [
      ...inKernel(tools, error, row, CommandIDs.retryInKernel, { which })
    ]);
  }
}

/** The same code, inputs and seed once more, as a run of its own. */
export async function rerunRun(tools: ITools, row: RunRow): Promise<void> {
  const { manager, trans } = tools;
  try {
    const { plan } = await manager.client.run(row.id);
    if (plan !== null && !(await confirmed(machinesAgain(row, plan, trans)))) {
      return;
    }
    const { run } = dataOf(await manager.client.rerun(row.id, plan?.worst));
    const actions = isRunId(run) ? [openAction(tools, run)] : [];
    say(trans.__('%1 runs again, with the same inputs and seed.', calledRun(row)), actions);
  } catch (error) {
    reportError(trans.__('%1 is not repeated.', calledRun(row)), error, trans, [
      ...inKernel(tools, error, row, CommandIDs.rerunInKernel, {})
    ]);
  }
}

/** The way out where the server has not the environment variables that the notebook had: its message has the line. */
function inKernel(
  { commands, trans }: ITools,
  error: unknown,
  row: RunRow,
  command: string,
  more: { which?: RetryWhich }
): Notification.IAction[] {
  if (!(error instanceof ApiError && error.message.includes(`cellburst.attach("${row.id}").`))) {
    return [];
  }
  return [
    {
      label: trans.__('Do it in the kernel'),
      caption: trans.__('Insert a cell that does it where the environment variables are set'),
      displayType: 'accent',
      callback: () => {
        void commands.execute(command, { run: row.id, ...more });
      }
    }
  ];
}

export async function renameRun(
  tools: ITools,
  row: RunRow,
  name: string | undefined
): Promise<void> {
  const { manager, trans } = tools;
  const wanted = name ?? (await askName(tools, row));
  if (wanted === undefined || wanted === row.name) {
    return;
  }
  await manager.client.rename(row.id, wanted);
  if (name === undefined) {
    return; // the person who typed it sees it
  }
  say(trans.__('Run %1 is now called “%2”.', row.id, wanted));
}

export async function deleteRun(tools: ITools, row: RunRow): Promise<void> {
  const { manager, trans } = tools;
  const called = calledRun(row);
  if (!isOver(row.state)) {
    inform(trans.__('%1 has not ended: cancel it first, then delete it.', called), trans);
    return;
  }
  const isWanted = await confirmed({
    title: trans.__('Delete run %1?', called),
    body: lostByDelete(row, trans),
    yes: trans.__('Delete run'),
    no: trans.__('Keep it')
  });
  if (isWanted) {
    await manager.client.delete(row.id);
    say(trans.__('Run %1 is deleted.', called));
  }
}

export async function prune(tools: ITools): Promise<void> {
  const { manager, trans } = tools;
  const isWanted = await confirmed({
    title: trans.__('Delete old runs?'),
    body: trans.__(
      'Ended runs that are older, or take more room, than the settings keep_days and keep_bytes allow are deleted with their results. By default that is 30 days and 20 GB. This cannot be undone.'
    ),
    yes: trans.__('Delete old runs'),
    no: trans.__('Keep them')
  });
  if (!isWanted) {
    return;
  }
  const answer = await manager.client.prune();
  const { runs, skipped } = dataOf(answer);
  const deleted = Array.isArray(runs) ? runs.length : 0;
  const freed = bytes(numberIn(answer, 'bytes'));
  const said =
    deleted === 0
      ? trans.__('No run is old enough to be deleted.')
      : trans._n('One run is deleted, %2 freed.', '%1 runs are deleted, %2 freed.', deleted, freed);
  const reasons = reasonsOf(skipped);
  if (reasons.length === 0) {
    say(said);
    return;
  }
  const notAsked = trans._n(
    'One environment could not be asked.',
    '%1 environments could not be asked.',
    reasons.length
  );
  inform([`${said} ${notAsked}`, ...reasons].join('\n'), trans);
}

export function copyId(tools: ITools, run: string): void {
  Clipboard.copyToSystem(run);
  say(tools.trans.__('%1 is copied.', run));
}

async function askName({ trans }: ITools, row: RunRow): Promise<string | undefined> {
  const { button, value } = await InputDialog.getText({
    title: trans.__('Rename run %1', row.id),
    label: trans.__('Name'),
    text: row.name,
    placeholder: row.code_line,
    okLabel: trans.__('Rename'),
    required: true,
    pattern: '.{0,200}'
  });
  const name = value?.trim().slice(0, 200) ?? '';
  return button.accept && name !== '' ? name : undefined;
}

function openAction({ commands, trans }: ITools, run: string): Notification.IAction {
  return {
    label: trans.__('Open'),
    caption: trans.__('Show the run in a tab'),
    callback: () => {
      void commands.execute(CommandIDs.openRun, { run });
    }
  };
}

/** What a command answers besides that it was done: of no fixed shape, so everything is looked at. */
function dataOf(answer: CommandAnswer): Readonly<Record<string, unknown>> {
  return answer.data;
}

function numberIn(answer: CommandAnswer, name: string): number {
  const found = dataOf(answer)[name];
  return typeof found === 'number' ? found : 0;
}

function reasonsOf(skipped: unknown): string[] {
  const rows: unknown[] = Array.isArray(skipped) ? skipped : [];
  return rows.map(row =>
    typeof row === 'object' && row !== null && 'reason' in row ? String(row.reason) : ''
  );
}
