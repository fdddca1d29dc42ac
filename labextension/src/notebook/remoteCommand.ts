import type { IDisposable } from '@lumino/disposable';

import { reportError } from '../actions/report';
import { CommandIDs } from '../commands';
import { runsIcon } from '../icons';
import { argumentSchemas, describedBy } from '../model/argumentSchemas';
import { Arguments, isTarget } from '../model/arguments';
import type { INotebookTools } from './collect';
import { askTarget, canRunRemotely, runRemotely, targetOfActive } from './remotely';

/** The command that marks the active cell for a target, and runs it if that is wanted. */
export function addRemoteCommand(tools: INotebookTools): IDisposable {
  const { commands, tracker, dialogs, trans } = tools;
  const { target, execute } = argumentSchemas(trans);
  const args = { target, execute };
  tracker.activeCellChanged.connect(() => {
    commands.notifyCommandChanged(CommandIDs.runRemotely);
  });
  return commands.addCommand(CommandIDs.runRemotely, {
    label: given => {
      if (!isTarget(given['target'])) {
        return trans.__('Run cell remotely…');
      }
      const line = `%%remote ${given['target']}`;
      return given['execute'] === true ? trans.__('%1, and run', line) : line;
    },
    caption: trans.__('Put a line on top of the cell that sends it to a target'),
    icon: given => (given['isMenu'] === true ? undefined : runsIcon),
    describedBy: describedBy(args),
    isEnabled: () => canRunRemotely(tracker.currentWidget),
    isToggled: given =>
      given['isMenu'] === true &&
      given['execute'] !== true &&
      isTarget(given['target']) &&
      targetOfActive(tracker.currentWidget) === given['target'],
    execute: async (given: unknown): Promise<void> => {
      try {
        const read = new Arguments(given, Object.keys(args), trans);
        const panel = tracker.currentWidget;
        if (!canRunRemotely(panel)) {
          return;
        }
        const wanted = read.target ?? (await askTarget(tools, targetOfActive(panel)));
        if (wanted !== undefined) {
          await runRemotely(panel, wanted, read.execute, dialogs, trans);
        }
      } catch (error) {
        reportError(trans.__('The cell is left as it is.'), error, trans);
      }
    }
  });
}
