import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';

import { isLookedAt } from '../actions/looking';
import { notifyEnded } from '../actions/notifyEnded';
import type { RunRow } from '../api/client';
import { Endings } from '../model/endings';
import { IRunManager } from '../tokens';

const ID = 'cellburst:notify';

/** Tells of runs that end while nobody looks at them. */
export const notifyPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Notifies when a run ends that nobody looks at.',
  autoStart: true,
  requires: [IRunManager],
  optional: [ITranslator, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    manager: IRunManager,
    translator: ITranslator | null,
    registry: ISettingRegistry | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('cellburst');
    const tools = { manager, commands: app.commands, trans };
    const endings = new Endings(manager);
    let isOn = true;
    let watching: IDisposable | null = null;
    const watch = (): void => {
      if (isOn && watching === null) {
        watching = manager.watch();
      } else if (!isOn) {
        watching?.dispose();
        watching = null;
      }
    };
    endings.ended.connect((_, rows) => {
      if (isOn) {
        void notifyUnseen(rows);
      }
    });
    const notifyUnseen = async (rows: readonly RunRow[]): Promise<void> => {
      const seen = await Promise.all(rows.map(row => isLookedAt(row.id)));
      notifyEnded(
        tools,
        rows.filter((_, at) => seen[at] !== true)
      );
    };
    void app.restored.then(async () => {
      watch();
      const settings = await registry?.load(ID).catch(() => undefined);
      if (settings === undefined) {
        return;
      }
      const read = (): void => {
        isOn = settings.get('notifications').composite !== false;
        watch();
      };
      settings.changed.connect(read);
      read();
    });
  }
};
