import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  createToolbarFactory,
  ICommandPalette,
  IThemeManager,
  IToolbarWidgetRegistry,
  setToolbar
} from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { refreshIcon, treeViewIcon } from '@jupyterlab/ui-components';

import { CommandIDs } from '../commands';
import { runsIcon } from '../icons';
import { describedBy } from '../model/argumentSchemas';
import { RunList } from '../model/list';
import { Restarts } from '../model/restarts';
import { RunsSidebar } from '../panel/sidebar';
import { IRunManager } from '../tokens';

const ID = 'cellburst:panel';
const FACTORY = 'Runs';

/** The left sidebar "Runs". */
export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Shows every run in the left sidebar, live.',
  autoStart: true,
  requires: [IRunManager],
  optional: [
    ITranslator,
    ILayoutRestorer,
    ICommandPalette,
    ISettingRegistry,
    IToolbarWidgetRegistry,
    IThemeManager
  ],
  activate: (
    app: JupyterFrontEnd,
    manager: IRunManager,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    registry: ISettingRegistry | null,
    toolbars: IToolbarWidgetRegistry | null,
    themes: IThemeManager | null
  ): void => {
    const { commands, shell } = app;
    const trans = (translator ?? nullTranslator).load('cellburst');
    const list = new RunList(manager);
    const sidebar = new RunsSidebar({ list, restarts: new Restarts(manager), commands, trans });
    let settings: ISettingRegistry.ISettings | null = null;

    commands.addCommand(CommandIDs.showRuns, {
      label: trans.__('Show runs'),
      caption: trans.__('Show the runs of this user in the left sidebar'),
      icon: runsIcon,
      describedBy: describedBy({}),
      execute: () => {
        if (!sidebar.isAttached) {
          shell.add(sidebar, 'left', { rank: 250 });
        }
        shell.activateById(sidebar.id);
      }
    });
    commands.addCommand(CommandIDs.refresh, {
      label: trans.__('Refresh runs'),
      caption: trans.__('Read the list of runs again'),
      icon: refreshIcon,
      describedBy: describedBy({}),
      execute: () => manager.refresh()
    });
    commands.addCommand(CommandIDs.groupRuns, {
      label: args => {
        switch (args['by']) {
          case 'day':
            return trans.__('Group runs by day');
          case 'notebook':
            return trans.__('Group runs by notebook');
          default:
            return trans.__('Group runs by notebook or by day');
        }
      },
      caption: () =>
        list.grouping === 'day'
          ? trans.__('Runs are grouped by day: group them by notebook')
          : trans.__('Runs are grouped by notebook: group them by day'),
      icon: treeViewIcon,
      describedBy: describedBy({
        by: { type: 'string', enum: ['notebook', 'day'], description: trans.__('What to group by') }
      }),
      execute: async args => {
        const other = list.grouping === 'day' ? 'notebook' : 'day';
        list.grouping = args['by'] === 'day' || args['by'] === 'notebook' ? args['by'] : other;
        commands.notifyCommandChanged(CommandIDs.groupRuns);
        await settings?.set('grouping', list.grouping);
      }
    });
    for (const command of [CommandIDs.showRuns, CommandIDs.refresh, CommandIDs.groupRuns]) {
      palette?.addItem({ command, category: trans.__('cellburst') });
    }

    const apply = (now: ISettingRegistry.ISettings): void => {
      list.grouping = now.composite['grouping'] === 'day' ? 'day' : 'notebook';
      list.isCompact = now.composite['density'] === 'compact';
      commands.notifyCommandChanged(CommandIDs.groupRuns);
    };
    const follow = async (from: ISettingRegistry): Promise<void> => {
      settings = await from.load(ID);
      settings.changed.connect(apply);
      apply(settings);
    };
    if (registry !== null) {
      follow(registry).catch((error: unknown) => {
        console.warn('The settings of the runs panel cannot be read.', error);
      });
    }
    if (registry !== null && toolbars !== null) {
      const { toolbar } = sidebar;
      toolbar.node.setAttribute('aria-label', trans.__('Runs panel toolbar'));
      setToolbar(
        sidebar,
        createToolbarFactory(toolbars, registry, FACTORY, ID, translator ?? nullTranslator),
        toolbar
      );
    }
    sidebar.node.addEventListener('contextmenu', () => {
      const { menu } = app.contextMenu;
      const refocus = (): void => {
        menu.aboutToClose.disconnect(refocus);
        requestAnimationFrame(() => sidebar.refocus());
      };
      menu.aboutToClose.connect(refocus);
    });
    themes?.themeChanged.connect(() => sidebar.repaint());
    restorer?.add(sidebar, sidebar.id);
    shell.add(sidebar, 'left', { rank: 250 });
    void app.restored.then(() => manager.watch()); // for the count on the icon, as long as the page is there
  }
};
