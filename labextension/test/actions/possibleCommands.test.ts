import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';

import type { IPlace } from '../../src/actions/places';
import { addRunCommand } from '../../src/actions/runCommand';
import { runCommands } from '../../src/actions/runCommands';
import { CommandIDs } from '../../src/commands';
import { RunManager } from '../../src/model/manager';
import { endedRow, runId, runRow } from '../builders';
import { FakeRunClient, FakeRunEvents } from '../fakes';

let clicked: IPlace | undefined;
let commands: CommandRegistry;
let manager: RunManager;

beforeEach(() => {
  manager = new RunManager(new FakeRunClient(), new FakeRunEvents());
  manager.learn([endedRow(3), runRow(2), endedRow(1, { name: 'Every model' })]);
  commands = new CommandRegistry();
  clicked = undefined;
  const tools = { manager, commands, trans: nullTranslator.load('cellburst') };
  const places = { clicked: () => clicked, current: () => undefined };
  runCommands(tools).forEach(spec => addRunCommand(tools, places, spec));
});

afterEach(() => {
  manager.dispose();
});

describe('what is possible', () => {
  it.each([
    [CommandIDs.cancelRun, runId(2), true],
    [CommandIDs.cancelRun, runId(1), false],
    [CommandIDs.deleteRun, runId(2), false],
    [CommandIDs.deleteRun, runId(1), true],
    [CommandIDs.retryRun, runId(2), true],
    [CommandIDs.retryRun, runId(1), false],
    [CommandIDs.rerunRun, runId(1), true],
    [CommandIDs.cancelRun, runId(8), true]
  ])('%s of %s: %s', (id, which, possible) => {
    expect(commands.isEnabled(id, { run: which })).toBe(possible);
    clicked = { run: which, task: undefined };
    expect(commands.isVisible(id, { clicked: 'run' })).toBe(possible);
  });

  it('depends on the element that was clicked on', () => {
    expect(commands.isVisible(CommandIDs.cancelRun, { clicked: 'run' })).toBe(false);
    clicked = { run: runId(2), task: undefined };
    expect(commands.isVisible(CommandIDs.cancelRun, { clicked: 'task' })).toBe(false);
    expect(commands.label(CommandIDs.cancelRun, { clicked: 'task' })).toBe('Cancel task');
  });
});
