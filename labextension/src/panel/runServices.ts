import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import { CommandIDs } from '../commands';
import type { IRunActions } from '../components/RunActions';
import type { IRunManager } from '../tokens';

/** What a run's page has of the application. */
export interface IRunServices {
  readonly manager: IRunManager;
  readonly rendermime: IRenderMimeRegistry;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** The buttons of a run as commands; what goes wrong is said by the command. */
export function actionsOf(commands: CommandRegistry, run: string): IRunActions {
  const execute = (id: string, more: ReadonlyJSONObject = {}): (() => void) => {
    return () => {
      void commands.execute(id, { run, ...more }).catch(() => undefined);
    };
  };
  return {
    cancel: execute(CommandIDs.cancelRun),
    retryFailed: execute(CommandIDs.retryRun, { which: 'failed' }),
    retry: execute(CommandIDs.retryRun, { which: 'unfinished' }),
    rerun: execute(CommandIDs.rerunRun),
    collect: execute(CommandIDs.collectRun),
    rename: execute(CommandIDs.renameRun),
    remove: execute(CommandIDs.deleteRun),
    copyId: execute(CommandIDs.copyId),
    openNotebook: execute(CommandIDs.openNotebook)
  };
}
