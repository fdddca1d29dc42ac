import { Notification } from '@jupyterlab/apputils';

import type { RunRow } from '../api/client';
import { CommandIDs } from '../commands';
import { count, duration, summary } from '../format';
import { calledRun, canCollect } from '../model/actions';
import type { ITools } from './tools';

/** So many runs that end together have a message each. */
const EACH = 3;
const SHOWN_FOR = 15_000; // milliseconds

/** Tell that runs have ended, and how. */
export function notifyEnded(tools: ITools, rows: readonly RunRow[]): void {
  if (rows.length <= EACH) {
    rows.forEach(row => {
      notifyOne(tools, row);
    });
    return;
  }
  const { trans, commands } = tools;
  const failed = rows.filter(row => row.state === 'failed').length;
  const message =
    failed === 0
      ? trans.__('%1 runs have succeeded.', count(rows.length))
      : trans.__('%1 runs have ended, %2 of them failed.', count(rows.length), count(failed));
  const show: Notification.IAction = {
    label: trans.__('Show'),
    caption: trans.__('Show the list of runs'),
    callback: () => {
      void commands.execute(CommandIDs.showRuns);
    }
  };
  Notification.emit(message, failed === 0 ? 'success' : 'warning', {
    autoClose: SHOWN_FOR,
    actions: [show]
  });
}

function notifyOne({ trans, commands }: ITools, row: RunRow): void {
  const { id: run, ended, started, submitted } = row;
  const took = duration(Math.max((ended ?? submitted) - (started ?? submitted), 0));
  const facts = row.single ? [took] : [summary(row.counts, trans), took];
  const said =
    row.state === 'succeeded'
      ? trans.__('%1 has succeeded', calledRun(row))
      : trans.__('%1 has failed', calledRun(row));
  const action = (label: string, caption: string, command: string): Notification.IAction => ({
    label,
    caption,
    callback: () => {
      void commands.execute(command, { run });
    }
  });
  const actions = [action(trans.__('Open'), trans.__('Show the run in a tab'), CommandIDs.openRun)];
  if (canCollect(row) && row.counts.succeeded > 0) {
    const caption = trans.__('Insert a cell that brings the results into the kernel, and run it');
    actions.push(action(trans.__('Collect'), caption, CommandIDs.collectRun));
  }
  Notification.emit(
    `${said}\n${facts.join(' · ')}`,
    row.state === 'succeeded' ? 'success' : 'warning',
    { autoClose: SHOWN_FOR, actions }
  );
}
