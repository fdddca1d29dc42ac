import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import type { IRunManager } from '../tokens';

/** What every action needs. */
export interface ITools {
  readonly manager: IRunManager;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}
