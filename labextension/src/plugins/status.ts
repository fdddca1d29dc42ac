import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands';
import { StatusItem } from '../panel/statusItem';
import { IRunManager } from '../tokens';

/** How much goes on, in the status bar; a click shows the runs. */
export const statusPlugin: JupyterFrontEndPlugin<void> = {
  id: 'cellburst:status',
  description: 'Shows in the status bar how many tasks run and wait.',
  autoStart: true,
  requires: [IRunManager],
  optional: [IStatusBar, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    manager: IRunManager,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ): void => {
    if (statusBar === null) {
      return;
    }
    const trans = (translator ?? nullTranslator).load('cellburst');
    const item = new StatusItem(manager, trans, () => {
      void app.commands.execute(CommandIDs.showRuns, {});
    });
    statusBar.registerStatusItem('cellburst:status', {
      item,
      align: 'left',
      rank: 20,
      priority: 1
    });
    void app.restored.then(() => manager.watch()); // as long as the page is there
  }
};
