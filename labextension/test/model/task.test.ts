import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import type { StatusAnswer } from '../../src/api/client';
import { ApiError } from '../../src/api/errors';
import { TaskModel } from '../../src/model/task';
import type { Connection, IRunChange, IRunManager } from '../../src/tokens';
import { runId, taskDetail } from '../builders';
import { FakeRunClient, settled } from '../fakes';

const RUN = runId(1);
const trans = nullTranslator.load('cellburst');
const NOTHING = { outputs: [], next: '1.1.0', dropped: 0, attempt: 1, generation: 1, more: false };

/** The page's mirror, of which a task needs only that runs change and who watches. */
class FakeManager implements IRunManager {
  readonly client = new FakeRunClient();
  readonly connection: Connection = 'live';
  readonly connectionChanged: Signal<IRunManager, Connection> = new Signal(this);
  readonly status = null;
  readonly error = null;
  readonly statusChanged: Signal<IRunManager, StatusAnswer> = new Signal(this);
  readonly runChanged: Signal<IRunManager, IRunChange> = new Signal(this);
  readonly resynced: Signal<IRunManager, void> = new Signal(this);
  watching = 0;
  isDisposed = false;
  peek = (): undefined => undefined;
  row = (): Promise<never> => Promise.reject(new Error('not asked'));
  learn = (): void => undefined;
  refresh = (): Promise<void> => Promise.resolve();
  now = (): number => 0;
  dispose = (): void => undefined;
  watch = (): { isDisposed: boolean; dispose: () => void } => {
    this.watching += 1;
    return { isDisposed: false, dispose: () => (this.watching -= 1) };
  };
}

describe('TaskModel', () => {
  let manager: FakeManager;
  let task: TaskModel;

  beforeEach(() => {
    jest.useFakeTimers();
    manager = new FakeManager();
    const { client } = manager;
    client.taskDetails.set(`${RUN}/3`, taskDetail(3, { state: 'running' }));
    client.outputAnswers.set(`${RUN}/3`, [NOTHING]);
    task = new TaskModel({ client, manager, trans, run: RUN, index: 3 });
  });

  afterEach(() => {
    task.dispose();
    jest.useRealTimers();
  });

  const asked = (): number => manager.client.asked('task').length;

  it('asks when it is shown and whenever its run changes, and only then', async () => {
    manager.runChanged.emit({ run: RUN, row: null });
    expect(asked()).toBe(0);
    task.shown = true;
    await settled();
    expect(task.detail?.state).toBe('running');
    expect(manager.watching).toBe(1);
    manager.runChanged.emit({ run: runId(2), row: null });
    for (let many = 0; many < 50; many++) {
      manager.runChanged.emit({ run: RUN, row: null });
    }
    await jest.advanceTimersByTimeAsync(2000);
    expect(asked()).toBe(2);
    task.shown = false;
    expect(manager.watching).toBe(0);
    manager.runChanged.emit({ run: RUN, row: null });
    await jest.advanceTimersByTimeAsync(2000);
    expect(asked()).toBe(2);
  });

  it('asks now and then while it goes on: its resources change, and nobody says so', async () => {
    task.shown = true;
    await jest.advanceTimersByTimeAsync(21_000);
    expect(asked()).toBeGreaterThanOrEqual(4);
    expect(asked()).toBeLessThan(7);
    manager.client.taskDetails.set(`${RUN}/3`, taskDetail(3, { state: 'failed' }));
    await jest.advanceTimersByTimeAsync(6000);
    const before = asked();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(asked()).toBe(before);
  });

  it('says what is wrong, and is right again afterwards', async () => {
    manager.client.fail('task', new ApiError(503, 'StoreError', 'the store is busy', ''));
    task.shown = true;
    await settled();
    expect(task.error?.message).toBe('the store is busy');
    manager.client.mend('task');
    task.poke();
    await jest.advanceTimersByTimeAsync(2000);
    expect(task.error).toBeNull();
    expect(task.detail).not.toBeNull();
  });

  it('has no resource curve where the server has none', async () => {
    manager.client.fail('usage', new ApiError(404, 'NotFound', 'no', ''));
    task.shown = true;
    await settled();
    expect(task.usage).toBeNull();
    expect(task.detail).not.toBeNull();
  });

  it('lets the log ask until the task has ended', async () => {
    task.shown = true;
    task.log.shown = true;
    await jest.advanceTimersByTimeAsync(3000);
    manager.client.taskDetails.set(`${RUN}/3`, taskDetail(3, { state: 'succeeded' }));
    manager.runChanged.emit({ run: RUN, row: null });
    await jest.advanceTimersByTimeAsync(3000);
    const before = manager.client.asked('outputs').length;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(manager.client.asked('outputs')).toHaveLength(before);
  });
});
