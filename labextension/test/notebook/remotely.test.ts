import { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';

import { CommandIDs } from '../../src/commands';
import { RunManager } from '../../src/model/manager';
import type { INotebookTools } from '../../src/notebook/collect';
import { addRemoteCommand } from '../../src/notebook/remoteCommand';
import { HOSTILE } from '../actions/hostile';
import { FakeRunClient, FakeRunEvents, settled } from '../fakes';

// the whole of it takes long to load, and nothing here runs a cell
jest.mock('@jupyterlab/notebook', () => ({ NotebookActions: {} }));

const trans = nullTranslator.load('cellburst');

/** A notebook of one cell, whose kernel is busy, so that nothing is asked of it. */
function notebookOf(text: string): { panel: NotebookPanel; source: () => string } {
  let source = text;
  const sharedModel = {
    getSource: () => source,
    updateSource: (start: number, end: number, value: string) => {
      source = source.slice(0, start) + value + source.slice(end);
    }
  };
  const cell = { model: { type: 'code', sharedModel } };
  const model = { getMetadata: () => ({ name: 'python' }), sharedModel: { cells: [sharedModel] } };
  const content = { activeCell: cell, widgets: [cell], model };
  const sessionContext = { session: { kernel: { status: 'busy' } } };
  return {
    panel: { content, sessionContext } as unknown as NotebookPanel,
    source: () => source
  };
}

function commandFor(panel: NotebookPanel | null): CommandRegistry {
  const commands = new CommandRegistry();
  const manager = new RunManager(new FakeRunClient(), new FakeRunEvents());
  const tracker = { currentWidget: panel, activeCellChanged: { connect: () => true } };
  const tools = { commands, manager, trans, tracker, dialogs: undefined };
  addRemoteCommand(tools as unknown as INotebookTools);
  return commands;
}

beforeEach(() => {
  Notification.dismiss();
});

describe('run-remotely', () => {
  it('puts the line on top, and runs nothing', async () => {
    const { panel, source } = notebookOf('x = 1\n');
    const commands = commandFor(panel);
    await commands.execute(CommandIDs.runRemotely, { target: 'gpu' });
    expect(source()).toBe('%%remote gpu\nx = 1\n');
    await commands.execute(CommandIDs.runRemotely, { target: 'local' });
    expect(source()).toBe('%%remote local\nx = 1\n');
    expect(commands.isToggled(CommandIDs.runRemotely, { target: 'local', isMenu: true })).toBe(
      true
    );
    expect(commands.isToggled(CommandIDs.runRemotely, { target: 'gpu', isMenu: true })).toBe(false);
  });

  it('says why it leaves a cell as it is', async () => {
    const { panel, source } = notebookOf('%%debug\nx');
    await commandFor(panel).execute(CommandIDs.runRemotely, { target: 'local' });
    expect(source()).toBe('%%debug\nx');
    expect(Notification.manager.notifications[0]?.message).toBe(
      '%%debug runs only in the kernel. Put it in a cell of its own, and try again.'
    );
  });

  it('is harmless whatever it is called with', async () => {
    const { panel, source } = notebookOf('x = 1');
    const commands = commandFor(panel);
    const given = HOSTILE.filter(args => args !== null && args !== undefined);
    for (const args of given) {
      const each = args as Record<string, never>;
      expect(() => commands.label(CommandIDs.runRemotely, each)).not.toThrow();
      expect(() => commands.isToggled(CommandIDs.runRemotely, each)).not.toThrow();
      await commands.execute(CommandIDs.runRemotely, each);
      await settled();
    }
    expect(source()).toBe('x = 1');
  });

  it('is for the code cells of Python notebooks', () => {
    expect(commandFor(null).isEnabled(CommandIDs.runRemotely)).toBe(false);
    const { panel } = notebookOf('x');
    expect(commandFor(panel).isEnabled(CommandIDs.runRemotely)).toBe(true);
    const julia = { getMetadata: () => ({ name: 'julia' }) };
    Object.assign(panel.content, { model: julia });
    expect(commandFor(panel).isEnabled(CommandIDs.runRemotely)).toBe(false);
  });
});
