import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { BusRunEvents } from '../api/events';
import { RestRunClient } from '../api/rest';
import { RunManager } from '../model/manager';
import { IRunManager } from '../tokens';

const ID = 'cellburst:manager';

export const managerPlugin: JupyterFrontEndPlugin<IRunManager> = {
  id: ID,
  description: 'Keeps the runs of this user up to date.',
  autoStart: true,
  provides: IRunManager,
  optional: [ISettingRegistry],
  activate: (app: JupyterFrontEnd, registry: ISettingRegistry | null): IRunManager => {
    const { serverSettings, events } = app.serviceManager;
    const manager = new RunManager(new RestRunClient(serverSettings), new BusRunEvents(events));
    const apply = (settings: ISettingRegistry.ISettings): void => {
      manager.renewal = Number(settings.composite['refresh'] ?? 30);
    };
    const follow = async (from: ISettingRegistry): Promise<void> => {
      const settings = await from.load(ID);
      settings.changed.connect(apply);
      apply(settings);
    };
    if (registry !== null) {
      follow(registry).catch((error: unknown) => {
        console.warn('The settings of cellburst cannot be read.', error);
      });
    }
    return manager;
  }
};
