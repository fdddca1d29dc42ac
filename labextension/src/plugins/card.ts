import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CARD_MIME } from '../model/cardPayload';
import { RunCardRenderer } from '../panel/card';
import { IRunManager } from '../tokens';

/** Lower ranks come first; HTML has 50. */
const RANK = 40;

/** The live card of a run in the output of its cell. */
export const cardPlugin: JupyterFrontEndPlugin<void> = {
  id: 'cellburst:card',
  description: 'Shows a run in the output of its cell as it stands now.',
  autoStart: true,
  requires: [IRunManager, IRenderMimeRegistry],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    manager: IRunManager,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('cellburst');
    const services = { manager, commands: app.commands, trans, rendermime };
    rendermime.addFactory(
      {
        safe: true, // ids and texts, nothing that is run
        mimeTypes: [CARD_MIME],
        createRenderer: () => new RunCardRenderer(services)
      },
      RANK
    );
  }
};
