import { RenderMimeRegistry, standardRendererFactories } from '@jupyterlab/rendermime';
import { nullTranslator } from '@jupyterlab/translation';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';

import { ApiError } from '../../src/api/errors';
import { CommandIDs } from '../../src/commands';
import { RunManager } from '../../src/model/manager';
import { RunPanel } from '../../src/panel/runPanel';
import { counts, machineRow, runDetail, runId, runRow, taskDetail, taskRow } from '../builders';
import { FakeRunClient, FakeRunEvents } from '../fakes';

const RUN = runId(1);
let client: FakeRunClient;
let manager: RunManager;
let commands: CommandRegistry;
let panel: RunPanel;

beforeEach(() => {
  client = new FakeRunClient();
  client.details.set(RUN, runDetail(1, { name: 'rates' }));
  client.stateTexts.set(RUN, { count: 50, states: '35s2f4r9q' });
  client.timelines.set(RUN, { events: [] });
  client.taskRows.set(
    RUN,
    Array.from({ length: 50 }, (_, index) => taskRow(index))
  );
  for (let index = 0; index < 50; index++) {
    client.taskDetails.set(`${RUN}/${index}`, taskDetail(index));
    client.outputAnswers.set(`${RUN}/${index}`, [
      { outputs: [], next: '', dropped: 0, attempt: 1, generation: 1, more: false }
    ]);
  }
  jest.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(400);
  jest.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(800);
  HTMLElement.prototype.scrollTo = jest.fn();
  HTMLCanvasElement.prototype.getContext = jest.fn(() => null);
  manager = new RunManager(client, new FakeRunEvents());
  commands = new CommandRegistry();
});

afterEach(() => {
  act(() => {
    panel.dispose();
  });
  manager.dispose();
  jest.restoreAllMocks();
});

async function open(): Promise<void> {
  const rendermime = new RenderMimeRegistry({ initialFactories: standardRendererFactories });
  const services = { manager, rendermime, commands, trans: nullTranslator.load('cellburst') };
  panel = new RunPanel(services, RUN);
  act(() => {
    Widget.attach(panel, document.body);
  });
  await waitFor(() => expect(client.asked('run').length).toBeGreaterThan(0));
}

describe('RunPanel', () => {
  it('shows the run, and has its name', async () => {
    await open();
    expect(await screen.findByRole('heading', { name: 'rates' })).toBeTruthy();
    expect(panel.title.label).toBe('rates');
    const [matrix, table] = await screen.findAllByRole('grid');
    expect(matrix?.getAttribute('aria-label')).toBe('50 tasks');
    await waitFor(() => expect(table?.getAttribute('aria-rowcount')).toBe('51'));
  });

  it('opens a task beside the table, goes to the next, and comes back by Escape', async () => {
    await open();
    const row = await screen.findByText('w3', { selector: '[aria-rowindex="5"] *' });
    fireEvent.click(row);
    const task = await screen.findByRole('region', { name: 'Task 3' });
    expect(document.activeElement).toBe(task);
    fireEvent.click(screen.getByLabelText('Next task'));
    expect(await screen.findByRole('region', { name: 'Task 4' })).toBeTruthy();
    fireEvent.keyDown(task, { key: 'Escape' });
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Task 4' })).toBeNull());
    expect(panel.content.view.task).toBeNull();
  });

  it('shows the one task of a single cell at once', async () => {
    client.details.set(
      RUN,
      runDetail(1, { single: true, kind: 'single', sweep: { kind: 'single', names: [], count: 1 } })
    );
    await open();
    expect(await screen.findByRole('region', { name: 'Task 0' })).toBeTruthy();
    expect(screen.queryByRole('grid')).toBeNull();
    expect(screen.queryByRole('tab', { name: /Chart/ })).toBeNull();
  });

  it('says what a run without tasks waits for, and shows its tasks when they come', async () => {
    const sweep = (count: number): object => ({ kind: 'calls', names: ['call'], count });
    const open0 = { open: true, kind: 'calls' as const, counts: counts() };
    client.details.set(RUN, { ...runDetail(1, open0), ...{ sweep: sweep(0) } } as never);
    client.stateTexts.set(RUN, { count: 0, states: '' });
    client.taskRows.set(RUN, []);
    await open();
    expect(await screen.findByText('No tasks yet')).toBeTruthy();
    const grown = { ...open0, counts: counts({ succeeded: 2 }) };
    client.details.set(RUN, { ...runDetail(1, grown), ...{ sweep: sweep(2) } } as never);
    client.stateTexts.set(RUN, { count: 2, states: '2s' });
    client.taskRows.set(RUN, [taskRow(0), taskRow(1)]);
    manager.learn([{ ...runRow(1), ...grown }]);
    panel.content.model.refresh();
    expect(await screen.findByRole('grid', { name: '2 tasks' })).toBeTruthy();
    await waitFor(() =>
      expect(screen.getByRole('grid', { name: 'Tasks' }).getAttribute('aria-rowcount')).toBe('3')
    );
  });

  it('has curves as soon as something is reported', async () => {
    await open();
    await screen.findAllByRole('grid');
    expect(screen.queryByRole('tab', { name: 'Curves' })).toBeNull();
    const line = { task: 3, state: 'running', attempt: 1, generation: 1 } as const;
    const curves = [{ ...line, at: [1, 2], steps: [1, 2], values: [0.5, 0.25] }];
    client.curveAnswers.set(RUN, { metric: 'loss', metrics: ['loss'], total: 1, curves });
    panel.content.curves.poke();
    fireEvent.click(await screen.findByRole('tab', { name: 'Curves' }));
    const name = 'Task 3: Running · step 2 · loss 0.25';
    expect(await screen.findByRole('option', { name: text => text.startsWith(name) })).toBeTruthy();
    const chart = screen.getByRole('listbox', { name: /^loss/ });
    fireEvent.keyDown(chart, { key: 'Home' });
    fireEvent.keyDown(chart, { key: 'Enter' });
    expect(await screen.findByRole('region', { name: 'Task 3' })).toBeTruthy();
  });

  it('has the machines of a run that may start some, and leads to their tasks', async () => {
    const plan = { provider: 'ec2', region: 'us-east-1', spot_policy: 'spot' as const, notes: [] };
    const most = { machines: 3, max_lifetime: 7200, worst: 5, expected: null };
    client.details.set(RUN, runDetail(1, { plan: { ...plan, ...most } }));
    client.machineAnswers.set(RUN, { at: 0, machines: [machineRow(1)], limit: 5, report: [] });
    await open();
    await screen.findAllByRole('grid');
    expect(client.asked('machines')).toEqual([]);
    fireEvent.click(screen.getByRole('tab', { name: 'Machines' }));
    expect(await screen.findByRole('rowheader', { name: /^m1/ })).toBeTruthy();
    client.fail('machines', new ApiError(503, 'StoreBusyError', 'the store is busy', ''));
    panel.content.model.refresh();
    expect((await screen.findByRole('alert')).textContent).toContain('the store is busy');
    fireEvent.click(screen.getByRole('button', { name: /Show the tasks of m1/ }));
    await screen.findByRole('grid', { name: 'Tasks' });
    expect(client.asked('tasks').at(-1)?.[1]).toMatchObject({ text: 'm1.' });
  });

  it('cancels the tasks that are chosen, and only those', async () => {
    const executed = jest.fn<undefined, [unknown]>();
    commands.addCommand(CommandIDs.cancelRun, { describedBy: { args: {} }, execute: executed });
    await open();
    for (const index of [1, 3]) {
      fireEvent.click(await screen.findByLabelText(`Choose task ${index}`));
    }
    fireEvent.click(await screen.findByText('Cancel these tasks'));
    await waitFor(() => expect(executed).toHaveBeenCalled());
    expect(executed).toHaveBeenCalledWith({ run: RUN, tasks: [1, 3] });
    fireEvent.click(screen.getByText('Choose none'));
    await waitFor(() => expect(screen.queryByText('Cancel these tasks')).toBeNull());
  });

  it('shows the code as text with colours, whatever it says', async () => {
    const code = 'x = 1\n```\n<img src=x onerror=alert(1)>';
    client.details.set(RUN, runDetail(1, { code }));
    await open();
    fireEvent.click(await screen.findByRole('tab', { name: 'Code' }));
    const group = await screen.findByRole('group', { name: 'The code that was sent' });
    await waitFor(() => expect(group.textContent).toContain('x = 1'));
    expect(group.querySelector('[onerror], script')).toBeNull();
  });

  it('says why there is nothing to see, and asks again', async () => {
    client.fail('run', new ApiError(404, 'NotFound', 'there is no such run', 'see the list'));
    await open();
    expect((await screen.findByRole('alert')).textContent).toContain(
      'there is no such run see the list'
    );
    client.mend('run');
    fireEvent.click(screen.getByText('Try again'));
    expect(await screen.findByRole('heading', { name: 'rates' })).toBeTruthy();
  });

  it('asks for nothing while it is hidden', async () => {
    await open();
    await screen.findAllByRole('grid');
    act(() => {
      panel.hide();
    });
    const before = client.asked('tasks').length + client.asked('states').length;
    panel.content.model.refresh();
    panel.content.table.refresh();
    await act(async () => {
      await Promise.resolve();
    });
    expect(client.asked('tasks').length + client.asked('states').length).toBe(before);
  });
});
