import { downloadIcon, notebookIcon, redoIcon, refreshIcon } from '@jupyterlab/ui-components';

import type { IRunCommand } from '../actions/runCommand';
import { CommandIDs } from '../commands';
import { canCollect } from '../model/actions';
import { argumentSchemas } from '../model/argumentSchemas';
import { collectRun, doInKernel, type INotebookTools, openNotebook } from './collect';

/** The commands about a run that act on a notebook. */
export function notebookCommands(tools: INotebookTools): IRunCommand[] {
  const { manager, trans } = tools;
  const { run, which, clicked } = argumentSchemas(trans);
  return [
    {
      id: CommandIDs.collectRun,
      label: trans.__('Collect into kernel'),
      caption: trans.__('Insert a cell that brings the results into the kernel, and run it'),
      icon: downloadIcon,
      failed: trans.__('The results are not collected.'),
      unfit: trans.__('No task of this run has ended: there is nothing to collect.'),
      args: { run, clicked },
      fits: canCollect,
      act: async row => collectRun(tools, await manager.client.run(row.id))
    },
    {
      id: CommandIDs.retryInKernel,
      label: trans.__('Retry in the kernel'),
      caption: trans.__(
        'Insert a cell that retries the run where its environment variables are set'
      ),
      icon: refreshIcon,
      failed: trans.__('The run is not retried.'),
      args: { run, which, clicked },
      onlyWhereStarted: 'all',
      act: async (row, given) =>
        doInKernel(
          tools,
          await manager.client.run(row.id),
          `retry("${given.which ?? 'unfinished'}")`
        )
    },
    {
      id: CommandIDs.rerunInKernel,
      label: trans.__('Run again in the kernel'),
      caption: trans.__(
        'Insert a cell that repeats the run where its environment variables are set'
      ),
      icon: redoIcon,
      failed: trans.__('The run is not repeated.'),
      args: { run, clicked },
      onlyWhereStarted: 'all',
      act: async row => doInKernel(tools, await manager.client.run(row.id), 'rerun()')
    },
    {
      id: CommandIDs.openNotebook,
      label: trans.__('Open notebook at the cell'),
      caption: trans.__('Show the cell that the run came from'),
      icon: notebookIcon,
      failed: trans.__('The notebook is not opened.'),
      unfit: trans.__('This run did not come from a notebook.'),
      args: { run, clicked },
      fits: row => row.notebook !== '',
      act: async row => openNotebook(tools, await manager.client.run(row.id))
    }
  ];
}
