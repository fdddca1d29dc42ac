import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { clearIcon } from '@jupyterlab/ui-components';

import { PagePlaces } from '../actions/places';
import { reportError } from '../actions/report';
import { prune } from '../actions/run';
import { addRunCommand } from '../actions/runCommand';
import { runCommands } from '../actions/runCommands';
import { CommandIDs } from '../commands';
import { describedBy } from '../model/argumentSchemas';
import { Arguments } from '../model/arguments';
import { IRunManager } from '../tokens';

/** The commands about runs that need no notebook. */
export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'cellburst:commands',
  description: 'Cancels, retries, repeats, renames and deletes runs.',
  autoStart: true,
  requires: [IRunManager],
  optional: [ITranslator, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    manager: IRunManager,
    translator: ITranslator | null,
    palette: ICommandPalette | null
  ): void => {
    const { commands } = app;
    const trans = (translator ?? nullTranslator).load('cellburst');
    const tools = { manager, commands, trans };
    const places = new PagePlaces(app);
    const specs = runCommands(tools);
    for (const spec of specs) {
      addRunCommand(tools, places, spec);
    }
    commands.addCommand(CommandIDs.prune, {
      label: trans.__('Delete old runs…'),
      caption: trans.__('Delete the ended runs that the retention settings no longer keep'),
      icon: clearIcon,
      describedBy: describedBy({}),
      execute: async (args: unknown): Promise<void> => {
        try {
          new Arguments(args, [], trans);
          await prune(tools);
        } catch (error) {
          reportError(trans.__('Old runs are not deleted.'), error, trans);
        }
      }
    });
    const category = trans.__('cellburst');
    for (const command of [...specs.map(({ id }) => id), CommandIDs.prune]) {
      palette?.addItem({ command, category });
    }
    manager.runChanged.connect(() => {
      for (const { id } of specs) {
        commands.notifyCommandChanged(id); // what is possible depends on how runs stand
      }
    });
  }
};
