import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { CommandIDs } from '../../src/commands';
import { RunList } from '../../src/model/list';
import { RunManager } from '../../src/model/manager';
import { Restarts } from '../../src/model/restarts';
import { RunsSidebar } from '../../src/panel/sidebar';
import { endedRow, statusAnswer } from '../builders';
import { FakeRunClient, FakeRunEvents } from '../fakes';

let client: FakeRunClient;
let events: FakeRunEvents;
let manager: RunManager;
let sidebar: RunsSidebar;
let commands: CommandRegistry;

beforeEach(() => {
  jest.useFakeTimers();
  for (const name of ['clientHeight', 'clientWidth'] as const) {
    jest.spyOn(Element.prototype, name, 'get').mockReturnValue(600);
  }
  client = new FakeRunClient();
  events = new FakeRunEvents();
  manager = new RunManager(client, events);
  commands = new CommandRegistry();
  sidebar = new RunsSidebar({
    list: new RunList(manager),
    restarts: new Restarts(manager),
    commands,
    trans: nullTranslator.load('cellburst')
  });
});

afterEach(() => {
  sidebar.dispose();
  manager.dispose();
  jest.restoreAllMocks();
  jest.useRealTimers();
});

async function pass(ms = 50): Promise<void> {
  await jest.advanceTimersByTimeAsync(ms);
  MessageLoop.flush();
  await jest.advanceTimersByTimeAsync(1);
}

describe('RunsSidebar', () => {
  it('asks nothing before it is seen, and nothing when it is hidden again', async () => {
    sidebar.hide();
    Widget.attach(sidebar, document.body);
    await pass(60_000);
    expect(client.calls).toEqual([]);
    sidebar.show();
    await pass();
    expect(client.asked('runs')).toHaveLength(1);
    sidebar.hide();
    const asked = client.calls.length;
    await pass(120_000);
    expect(client.calls).toHaveLength(asked);
  });

  it('says on its icon how many runs go on', async () => {
    client.statusNow = statusAnswer({ counts: { runs: 3, running: 4, queued: 5 } });
    Widget.attach(sidebar, document.body);
    await pass();
    expect(sidebar.title.dataset).toEqual({ 'cb-runs': '3' });
    expect(sidebar.title.caption).toBe('Runs (3 go on)');
    client.statusNow = statusAnswer();
    await manager.refresh();
    await pass(1_000);
    expect(sidebar.title.dataset).toEqual({});
    expect(sidebar.title.caption).toBe('Runs');
  });

  it('teaches when there is nothing, and shows runs as commands open them', async () => {
    const open = jest.fn();
    commands.addCommand(CommandIDs.openRun, { label: '', describedBy: {}, execute: open });
    Widget.attach(sidebar, document.body);
    await pass();
    expect(sidebar.node.textContent).toContain('%load_ext cellburst');
    client.rows = [endedRow(1)];
    await manager.refresh();
    await pass();
    expect(sidebar.node.textContent).not.toContain('%load_ext');
    sidebar.node.querySelector<HTMLElement>('.cb-RunRow-open')?.click();
    expect(open).toHaveBeenCalledWith({ run: endedRow(1).id });
  });
});
