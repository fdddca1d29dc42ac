import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { copyIcon, downloadIcon } from '@jupyterlab/ui-components';

import type { IRunClient } from '../api/client';
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
  description: 'Downloads the log and the files of a task and copies its parameters.',
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
    const path = { type: 'string', description: trans.__('The path of the file') };
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
    commands.addCommand(CommandIDs.downloadFile, {
      label: trans.__('Download file'),
      caption: trans.__('Download a file that a task has left in its output folder'),
      icon: downloadIcon,
      describedBy: describedBy({ run, task, path }),
      execute: async (args: unknown): Promise<void> => {
        try {
          const given = new Arguments(args, ['run', 'task', 'path'], trans);
          if (given.run === undefined || given.task === undefined || given.path === undefined) {
            throw new ArgumentError(
              trans.__('This command must be told a run, a task and a path.')
            );
          }
          await downloadFile(client, given.run, given.task, given.path);
        } catch (error) {
          reportError(trans.__('The file is not downloaded.'), error, trans);
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

/** Milliseconds in which the browser takes over what it was handed. */
const KEPT = 60_000;

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

/** The browser fetches it where it knows the user; elsewhere it is fetched with the token, and handed on. */
async function downloadFile(
  client: IRunClient,
  run: string,
  task: number,
  path: string
): Promise<void> {
  const address = client.fileUrl(run, task, path);
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (new URL(address, location.href).origin === location.origin) {
    download(address, name);
    return;
  }
  const local = URL.createObjectURL(await client.file(run, task, path));
  download(local, name);
  setTimeout(() => {
    URL.revokeObjectURL(local);
  }, KEPT);
}

function download(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
