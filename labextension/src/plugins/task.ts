import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { copyIcon, downloadIcon } from '@jupyterlab/ui-components';

import { PagePlaces } from '../actions/places';
import { reportError, say } from '../actions/report';
import { CommandIDs } from '../commands';
import { argumentSchemas, describedBy } from '../model/argumentSchemas';
import { ArgumentError, Arguments } from '../model/arguments';
import { paramCode } from '../paramCode';
import { IRunManager } from '../tokens';

/** The commands about one task. */
export const taskPlugin: JupyterFrontEndPlugin<void> = {
  id: 'cellburst:task',
  description: 'Downloads the log of a task and copies its parameters.',
  autoStart: true,
  requires: [IRunManager],
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, manager: IRunManager, translator: ITranslator | null): void => {
    const { commands } = app;
    const { client } = manager;
    const trans = (translator ?? nullTranslator).load('cellburst');
    const places = new PagePlaces(app);
    const { run, clicked } = argumentSchemas(trans);
    const task = { type: 'integer', minimum: 0, description: trans.__('The number of a task') };
    const schema = describedBy({ run, task, clicked });
    const wanted = (args: unknown): ITask => taskOf(args, places, trans);

    commands.addCommand(CommandIDs.downloadLog, {
      label: trans.__('Download log'),
      caption: trans.__('Download everything that a task has printed and that was kept'),
      icon: downloadIcon,
      describedBy: schema,
      execute: (args: unknown): void => {
        try {
          const { run: id, index } = wanted(args);
          download(client.logUrl(id, index), `${id}-task${index}.txt`);
        } catch (error) {
          reportError(trans.__('The log is not downloaded.'), error, trans);
        }
      }
    });
    commands.addCommand(CommandIDs.copyParams, {
      label: trans.__('Copy parameters as code'),
      caption: trans.__('Copy the parameters of a task as Python code that sets them'),
      icon: copyIcon,
      describedBy: schema,
      execute: async (args: unknown): Promise<void> => {
        try {
          const { run: id, index } = wanted(args);
          const { params } = await client.task(id, index);
          Clipboard.copyToSystem(paramCode(params));
          say(trans.__('The parameters of task %1 are copied.', index));
        } catch (error) {
          reportError(trans.__('The parameters are not copied.'), error, trans);
        }
      }
    });
  }
};

interface ITask {
  readonly run: string;
  readonly index: number;
}

/** The task that a command is about. Throws ArgumentError. */
function taskOf(args: unknown, places: PagePlaces, trans: TranslationBundle): ITask {
  const given = new Arguments(args, ['run', 'task', 'clicked'], trans);
  const place = given.clicked === undefined ? undefined : places.clicked();
  const run = given.run ?? place?.run;
  const index = given.task ?? place?.task;
  if (run === undefined || index === undefined) {
    throw new ArgumentError(trans.__('This command must be told a run and a task.'));
  }
  return { run, index };
}

function download(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
