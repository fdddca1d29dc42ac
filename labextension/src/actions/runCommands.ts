import {
  copyIcon,
  deleteIcon,
  editIcon,
  redoIcon,
  refreshIcon,
  stopIcon
} from '@jupyterlab/ui-components';

import { CommandIDs } from '../commands';
import { canCancel, canDelete, canRetry } from '../model/actions';
import { argumentSchemas } from '../model/argumentSchemas';
import { cancelRun, copyId, deleteRun, renameRun, rerunRun, retryRun } from './run';
import type { IRunCommand } from './runCommand';
import type { ITools } from './tools';

/** The commands about a run, in the order of menus. */
export function runCommands(tools: ITools): IRunCommand[] {
  const { trans } = tools;
  const { run, clicked, tasks, which, name } = argumentSchemas(trans);
  return [
    {
      id: CommandIDs.cancelRun,
      label: trans.__('Cancel run'),
      labelOfTask: trans.__('Cancel task'),
      caption: trans.__('End what runs and start no more of it; what has ended is kept'),
      icon: stopIcon,
      failed: trans.__('The run is not cancelled.'),
      unfit: trans.__('The run has ended already.'),
      args: { run, tasks, clicked },
      fits: canCancel,
      onlyWhereStarted: 'tasks',
      act: (row, given, place) => {
        const task =
          given.clicked === 'task' && place.task !== undefined ? [place.task] : undefined;
        return cancelRun(tools, row, given.tasks ?? task);
      }
    },
    {
      id: CommandIDs.retryRun,
      label: trans.__('Retry run'),
      caption: trans.__('Run the tasks again that have not succeeded; what succeeded is kept'),
      icon: refreshIcon,
      failed: trans.__('The run is not retried.'),
      unfit: trans.__('No task of this run has failed or was cancelled.'),
      args: { run, which, clicked },
      fits: canRetry,
      onlyWhereStarted: 'all',
      act: (row, given) => retryRun(tools, row, given.which ?? 'unfinished')
    },
    {
      id: CommandIDs.rerunRun,
      label: trans.__('Run again'),
      caption: trans.__('Make a new run of the same code, inputs and seed'),
      icon: redoIcon,
      failed: trans.__('The run is not repeated.'),
      args: { run, clicked },
      onlyWhereStarted: 'all',
      act: row => rerunRun(tools, row)
    },
    {
      id: CommandIDs.renameRun,
      label: trans.__('Rename run…'),
      caption: trans.__('Give the run another name in lists'),
      icon: editIcon,
      failed: trans.__('The run is not renamed.'),
      args: { run, name, clicked },
      act: (row, given) => renameRun(tools, row, given.name)
    },
    {
      id: CommandIDs.deleteRun,
      label: trans.__('Delete run…'),
      caption: trans.__('Delete an ended run with its results and output'),
      icon: deleteIcon,
      failed: trans.__('The run is not deleted.'),
      unfit: trans.__('The run has not ended: cancel it first, then delete it.'),
      args: { run, clicked },
      fits: canDelete,
      act: row => deleteRun(tools, row)
    },
    {
      id: CommandIDs.copyId,
      label: trans.__('Copy run id'),
      caption: trans.__('Copy the id that %1 and the terminal take', 'cellburst.attach'),
      icon: copyIcon,
      failed: trans.__('The id is not copied.'),
      args: { run, clicked },
      act: row => {
        copyId(tools, row.id);
        return Promise.resolve();
      }
    }
  ];
}
