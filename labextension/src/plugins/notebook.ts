import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import {
  ICommandPalette,
  ISessionContextDialogs,
  IToolbarWidgetRegistry
} from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import { PageConfig } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { PagePlaces } from '../actions/places';
import { addRunCommand } from '../actions/runCommand';
import { CommandIDs } from '../commands';
import type { INotebookTools } from '../notebook/collect';
import { notebookCommands } from '../notebook/commands';
import { addRemoteCommand } from '../notebook/remoteCommand';
import { remoteButton } from '../notebook/targetMenu';
import { IRunManager } from '../tokens';

/** The commands that act on notebooks, and the button in a cell's toolbar. */
export const notebookPlugin: JupyterFrontEndPlugin<void> = {
  id: 'cellburst:notebook',
  description: 'Collects runs into notebooks, finds their cells, and sends cells away.',
  autoStart: true,
  requires: [IRunManager, INotebookTracker, IDocumentManager],
  optional: [ITranslator, ICommandPalette, ISessionContextDialogs, IToolbarWidgetRegistry],
  activate: (
    app: JupyterFrontEnd,
    manager: IRunManager,
    tracker: INotebookTracker,
    documents: IDocumentManager,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    dialogs: ISessionContextDialogs | null,
    toolbars: IToolbarWidgetRegistry | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('cellburst');
    const { sessions, contents } = app.serviceManager;
    const tools: INotebookTools = {
      manager,
      commands: app.commands,
      trans,
      tracker,
      dialogs: dialogs ?? undefined,
      notebooks: { documents, sessions, contents, root: PageConfig.getOption('serverRoot') }
    };
    const places = new PagePlaces(app);
    const category = trans.__('cellburst');
    for (const spec of notebookCommands(tools)) {
      addRunCommand(tools, places, spec);
      palette?.addItem({ command: spec.id, category });
    }
    addRemoteCommand(tools);
    palette?.addItem({ command: CommandIDs.runRemotely, category });
    toolbars?.addFactory<Cell>('Cell', 'cellburst-run-remotely', cell => remoteButton(tools, cell));
  }
};
