import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';

import { confirmed, type IConfirmation } from '../../src/actions/confirm';
import { pickRun } from '../../src/actions/pick';
import type { IPlace } from '../../src/actions/places';
import { addRunCommand } from '../../src/actions/runCommand';
import { runCommands } from '../../src/actions/runCommands';
import { ApiError } from '../../src/api/errors';
import { CommandIDs } from '../../src/commands';
import { RunManager } from '../../src/model/manager';
import { counts, endedRow, runDetail, runId, runRow } from '../builders';
import { FakeRunClient, FakeRunEvents, settled } from '../fakes';
import { HOSTILE } from './hostile';

jest.mock('../../src/actions/confirm');
jest.mock('../../src/actions/pick');

const trans = nullTranslator.load('cellburst');
const READS = ['run', 'runs', 'status', 'changes'];
const asked: IConfirmation[] = [];
let yes: boolean;
let clicked: IPlace | undefined;
let current: string | undefined;
let client: FakeRunClient;
let commands: CommandRegistry;
let manager: RunManager;

beforeEach(() => {
  client = new FakeRunClient();
  client.rows = [endedRow(3), runRow(2), endedRow(1, { name: 'Every model' })];
  manager = new RunManager(client, new FakeRunEvents());
  commands = new CommandRegistry();
  clicked = undefined;
  current = undefined;
  yes = true;
  asked.length = 0;
  Notification.dismiss();
  jest.mocked(confirmed).mockImplementation(confirmation => {
    asked.push(confirmation);
    return Promise.resolve(yes);
  });
  jest.mocked(pickRun).mockResolvedValue(undefined);
  const tools = { manager, commands, trans };
  const places = { clicked: () => clicked, current: () => current };
  runCommands(tools).forEach(spec => addRunCommand(tools, places, spec));
});

afterEach(() => {
  manager.dispose();
});

/** What was asked of the server that changes something. */
function done(): unknown[] {
  return client.calls
    .filter(({ method }) => !READS.includes(method))
    .map(({ method, args }) => [method, ...args]);
}

function said(): string[] {
  return Notification.manager.notifications.map(({ message }) => message);
}

async function run(id: string, args: unknown): Promise<void> {
  await commands.execute(id, args as Record<string, never>);
  await settled();
}

describe('commands about runs', () => {
  it.each([
    CommandIDs.cancelRun,
    CommandIDs.retryRun,
    CommandIDs.rerunRun,
    CommandIDs.renameRun,
    CommandIDs.deleteRun,
    CommandIDs.copyId
  ])('%s says who it is and what it takes', async id => {
    expect(commands.label(id)).not.toBe('');
    expect(commands.caption(id)).not.toBe('');
    expect(commands.icon(id)).toBeDefined();
    const { args } = await commands.describedBy(id);
    expect(args).toMatchObject({ type: 'object', properties: { run: { type: 'string' } } });
  });

  it('are harmless whatever they are called with', async () => {
    for (const id of commands.listCommands()) {
      for (const args of HOSTILE) {
        const given = (args ?? {}) as Record<string, never>;
        expect(() => {
          commands.label(id, given);
          commands.isEnabled(id, given);
          commands.isVisible(id, given);
        }).not.toThrow();
        await run(id, args);
      }
    }
    expect(done()).toEqual([]);
    expect(asked).toEqual([]);
    expect(said().every(message => message.length <= 140)).toBe(true);
  });

  it('leave a run of another computer as it is, but for cancelling all of it', async () => {
    client.rows = [runRow(2, { elsewhere: true })];
    const given = { run: runId(2) };
    await manager.row(given.run);
    for (const id of [CommandIDs.retryRun, CommandIDs.rerunRun]) {
      expect(commands.isEnabled(id, given)).toBe(false);
      expect(commands.caption(id, given)).toContain('another computer');
      await run(id, given);
    }
    await run(CommandIDs.cancelRun, { ...given, tasks: [1] });
    expect(done()).toEqual([]);
    expect(said()).toHaveLength(3);
    await run(CommandIDs.cancelRun, given);
    expect(done()).toEqual([['cancel', given.run, undefined]]);
  });

  it('say what is wrong with an argument', async () => {
    await run(CommandIDs.deleteRun, { run: '../x' });
    expect(said()).toEqual([
      'The run is not deleted.\n"run" is "../x", and must be: a run id such as "8x1k3mq-a2b4".'
    ]);
  });

  it('say what the server says, with its hint', async () => {
    client.fail('rerun', new ApiError(503, 'ControllerError', 'no controller runs', 'start one'));
    await run(CommandIDs.rerunRun, { run: runId(1) });
    expect(said()).toEqual(['“Every model” is not repeated.\nno controller runs\nstart one']);
  });

  it('show the whole of a long message on demand', async () => {
    client.fail('rerun', new ApiError(503, 'ControllerError', 'because '.repeat(60), ''));
    await run(CommandIDs.rerunRun, { run: runId(1) });
    const [notification] = Notification.manager.notifications;
    expect(notification?.message.length).toBeLessThanOrEqual(140);
    expect(notification?.options.actions?.map(({ label }) => label)).toEqual(['Details']);
  });
});

describe('cancel-run', () => {
  it('says in numbers what is lost, and cancels', async () => {
    await run(CommandIDs.cancelRun, { run: runId(2) });
    expect(asked[0]?.body).toBe(
      '4 tasks are running: what they have done so far is lost. 9 waiting tasks are not started. ' +
        '37 tasks that have ended are kept.'
    );
    expect(done()).toEqual([['cancel', runId(2)]]);
  });

  it('does nothing if that is not wanted', async () => {
    yes = false;
    await run(CommandIDs.cancelRun, { run: runId(2) });
    expect(done()).toEqual([]);
  });

  it('asks nobody where nothing runs', async () => {
    client.rows = [runRow(2, { state: 'queued', counts: counts({ queued: 9 }) })];
    await run(CommandIDs.cancelRun, { run: runId(2) });
    expect(asked).toEqual([]);
    expect(done()).toEqual([['cancel', runId(2)]]);
  });

  it('cancels the tasks that are given', async () => {
    await run(CommandIDs.cancelRun, { run: runId(2), tasks: [3, 4, 3] });
    expect(asked[0]?.title).toBe('Cancel 2 tasks of run “fit(2)”?');
    expect(done()).toEqual([['cancel', runId(2), [3, 4]]]);
  });

  it('cancels the task that was clicked on, and only that', async () => {
    clicked = { run: runId(2), task: 7 };
    await run(CommandIDs.cancelRun, { clicked: 'task' });
    expect(done()).toEqual([['cancel', runId(2), [7]]]);
    client.calls.length = 0;
    clicked = { run: runId(2), task: undefined };
    await run(CommandIDs.cancelRun, { clicked: 'task' });
    expect(done()).toEqual([]);
  });

  it('does not touch a run that has ended', async () => {
    await run(CommandIDs.cancelRun, { run: runId(1) });
    expect(done()).toEqual([]);
    expect(said()).toEqual(['The run has ended already.']);
  });
});

describe('retry-run', () => {
  const failed = counts({ failed: 2, succeeded: 48 });

  it('runs again what is wanted', async () => {
    client.rows = [endedRow(1, { state: 'failed', counts: failed })];
    client.command = { ok: true, data: { tasks: 2 } };
    await run(CommandIDs.retryRun, { run: runId(1), which: 'failed' });
    expect(done()).toEqual([['retry', runId(1), 'failed']]);
    expect(said()).toEqual(['2 tasks of “fit(1)” run again.']);
  });

  it('offers the kernel where the server has not the environment variables', async () => {
    client.rows = [endedRow(1, { state: 'failed', counts: failed })];
    const message = `run ${runId(1)} needs values of A; cellburst.attach("${runId(1)}").retry('failed')`;
    client.fail('retry', new ApiError(400, 'UsageError', message, ''));
    const called: unknown[] = [];
    commands.addCommand(CommandIDs.retryInKernel, { execute: args => called.push({ ...args }) });
    await run(CommandIDs.retryRun, { run: runId(1), which: 'failed' });
    const [offer] = Notification.manager.notifications[0]?.options.actions ?? [];
    expect(offer?.label).toBe('Do it in the kernel');
    offer?.callback(new MouseEvent('click'));
    expect(called).toEqual([{ run: runId(1), which: 'failed' }]);
  });
});

describe('the others', () => {
  it('repeat a run, and open the new one', async () => {
    client.command = { ok: true, data: { run: runId(9) } };
    const called: unknown[] = [];
    commands.addCommand(CommandIDs.openRun, { execute: args => called.push({ ...args }) });
    await run(CommandIDs.rerunRun, { run: runId(1) });
    expect(done()).toEqual([['rerun', runId(1)]]);
    const [open] = Notification.manager.notifications[0]?.options.actions ?? [];
    open?.callback(new MouseEvent('click'));
    expect(called).toEqual([{ run: runId(9) }]);
  });

  it('start machines again only for who agrees to what they cost', async () => {
    const plan = { provider: 'ec2', region: 'us-east-1', spot_policy: 'spot' as const, notes: [] };
    const most = { machines: 3, max_lifetime: 7200, worst: 5, expected: null };
    client.details.set(runId(1), runDetail(1, { plan: { ...plan, ...most } }));
    client.command = { ok: true, data: { run: runId(9) } };
    yes = false;
    await run(CommandIDs.rerunRun, { run: runId(1) });
    expect(asked[0]?.body).toContain('up to 3 machines, each for at most 2h 0m: up to $5.00');
    expect(done()).toEqual([]);
    yes = true;
    await run(CommandIDs.rerunRun, { run: runId(1) });
    expect(done()).toEqual([['rerun', runId(1), 5]]);
  });

  it('rename', async () => {
    await run(CommandIDs.renameRun, { run: runId(1), name: ' First ' });
    expect(done()).toEqual([['rename', runId(1), 'First']]);
  });

  it('delete what has ended, once that is confirmed', async () => {
    yes = false;
    await run(CommandIDs.deleteRun, { run: runId(1) });
    expect(asked[0]?.body).toBe(
      'Its code, and the output and results of its 50 tasks (50 succeeded) are deleted. ' +
        'This cannot be undone.'
    );
    expect(done()).toEqual([]);
    yes = true;
    await run(CommandIDs.deleteRun, { run: runId(1) });
    expect(done()).toEqual([['delete', runId(1)]]);
  });

  it('delete nothing that runs', async () => {
    await run(CommandIDs.deleteRun, { run: runId(2) });
    expect(asked).toEqual([]);
    expect(done()).toEqual([]);
  });
});

describe('which run is meant', () => {
  it('is the one in front, else one that is chosen', async () => {
    current = runId(1);
    await run(CommandIDs.rerunRun, {});
    expect(done()).toEqual([['rerun', runId(1)]]);
    current = undefined;
    client.calls.length = 0;
    jest.mocked(pickRun).mockResolvedValue(endedRow(3));
    await run(CommandIDs.rerunRun, { isPalette: true });
    expect(done()).toEqual([['rerun', runId(3)]]);
  });

  it('is nobody’s where there is none', async () => {
    jest.mocked(pickRun).mockResolvedValue('none');
    await run(CommandIDs.cancelRun, {});
    expect(said()).toEqual(['There is no run for which this can be done.']);
  });
});
