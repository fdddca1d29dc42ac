import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { cardPlugin } from './plugins/card';
import { commandsPlugin } from './plugins/commands';
import { managerPlugin } from './plugins/manager';
import { notebookPlugin } from './plugins/notebook';
import { notifyPlugin } from './plugins/notify';
import { panelPlugin } from './plugins/panel';
import { runPlugin } from './plugins/run';
import { statusPlugin } from './plugins/status';
import { taskPlugin } from './plugins/task';

/** Every plugin of this extension; each can be disabled by its id. */
const plugins: JupyterFrontEndPlugin<unknown>[] = [
  managerPlugin,
  panelPlugin,
  statusPlugin,
  runPlugin,
  taskPlugin,
  cardPlugin,
  commandsPlugin,
  notebookPlugin,
  notifyPlugin
];

export default plugins;
