import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, IThemeManager, WidgetTracker } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { PagePlaces } from '../actions/places';
import { reportError } from '../actions/report';
import { CommandIDs } from '../commands';
import { runsIcon } from '../icons';
import { argumentSchemas, describedBy } from '../model/argumentSchemas';
import { Arguments } from '../model/arguments';
import type { RunPanel } from '../panel/runPanel';
import { IRunManager } from '../tokens';

/** The main area's tabs of runs: one each. */
export const runPlugin: JupyterFrontEndPlugin<void> = {
  id: 'cellburst:run',
  description: 'Shows a run, its tasks and its results in a tab.',
  autoStart: true,
  requires: [IRunManager, IRenderMimeRegistry],
  optional: [ITranslator, ILayoutRestorer, ICommandPalette, IThemeManager],
  activate: (
    app: JupyterFrontEnd,
    manager: IRunManager,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    themes: IThemeManager | null
  ): void => {
    const { commands, shell } = app;
    const trans = (translator ?? nullTranslator).load('cellburst');
    const services = { manager, rendermime, commands, trans };
    const places = new PagePlaces(app);
    const tracker = new WidgetTracker<RunPanel>({ namespace: 'cellburst-runs' });
    const schemas = argumentSchemas(trans);
    const { run, clicked } = schemas;
    const task = { type: 'integer', minimum: 0, description: trans.__('The number of a task') };

    const open = async (args: unknown): Promise<RunPanel | undefined> => {
      try {
        const { runToOpen } = await import('../actions/toOpen');
        const given = new Arguments(args, ['run', 'task', 'clicked'], trans);
        const place = await runToOpen(services, places, given);
        if (place === undefined) {
          return undefined;
        }
        let panel = tracker.find(each => each.run === place.run);
        if (panel === undefined) {
          const { RunPanel: Panel } = await import('../panel/runPanel');
          panel = tracker.find(each => each.run === place.run); // opened twice at once
          if (panel === undefined) {
            panel = new Panel(services, place.run);
            void tracker.add(panel);
            follow(panel);
          }
        }
        if (!panel.isAttached) {
          shell.add(panel, 'main');
        }
        if (place.task !== undefined) {
          panel.content.view.open(place.task);
        }
        shell.activateById(panel.id);
        return panel;
      } catch (error) {
        reportError(trans.__('The run is not opened.'), error, trans);
        return undefined;
      }
    };
    const follow = (panel: RunPanel): void => {
      panel.content.view.changed.connect(() => {
        void tracker.save(panel);
      });
    };

    commands.addCommand(CommandIDs.openRun, {
      label: trans.__('Open run…'),
      caption: trans.__('Show a run with its tasks, results, code and history in a tab'),
      icon: runsIcon,
      describedBy: describedBy({ run, task, clicked }),
      execute: open
    });
    commands.addCommand(CommandIDs.openTask, {
      label: trans.__('Open task'),
      caption: trans.__('Show a task with its log, outputs and traceback in the tab of its run'),
      icon: runsIcon,
      describedBy: describedBy({ run, task, clicked }),
      execute: open
    });
    palette?.addItem({ command: CommandIDs.openRun, category: trans.__('cellburst') });
    themes?.themeChanged.connect(() => {
      tracker.forEach(panel => {
        panel.content.repaint();
      });
    });
    if (restorer !== null) {
      void restorer.restore(tracker, {
        command: CommandIDs.openRun,
        args: ({ run: id, content }) => {
          const { task: index } = content.view;
          return index === null ? { run: id } : { run: id, task: index };
        },
        name: ({ run: id }) => id
      });
    }
  }
};
