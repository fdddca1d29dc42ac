import { nullTranslator } from '@jupyterlab/translation';

import type { ControllerRow } from '../../src/api/client';
import { ApiError } from '../../src/api/errors';
import { RunManager } from '../../src/model/manager';
import { type ICircumstances, type INotice, noticesOf } from '../../src/model/notices';
import { Restarts } from '../../src/model/restarts';
import { statusAnswer, storeRow } from '../builders';
import { FakeRunClient, FakeRunEvents } from '../fakes';

const trans = nullTranslator.load('cellburst');
const well: ICircumstances = {
  connection: 'live',
  connectionError: null,
  status: statusAnswer(),
  troubles: [],
  listError: null,
  restarted: new Set()
};
const error = { type: 'StoreError', message: 'the store is busy', hint: 'try again' };

function told(changes: Partial<ICircumstances>): readonly INotice[] {
  return noticesOf({ ...well, ...changes }, trans);
}

function controller(changes: Partial<ControllerRow>): ICircumstances['status'] {
  const row = storeRow().controller;
  return statusAnswer({ stores: [storeRow({ controller: { ...row, ...changes } })] });
}

describe('noticesOf', () => {
  it('says nothing while all is well', () => {
    expect(told({})).toEqual([]);
    expect(told({ connection: 'connecting', status: null })).toEqual([]);
    const message = 'no controller runs; none is needed';
    expect(told({ status: controller({ state: 'stopped', message, hint: '' }) })).toEqual([]);
  });

  it('says only that the server is away, if it is', () => {
    const [first, ...others] = told({ connection: 'unreachable', listError: new Error('x') });
    expect(first).toMatchObject({ tone: 'error', action: 'retry' });
    expect(first?.message).toContain('does not answer');
    expect(others).toEqual([]);
  });

  it('says in the words of the server why it refuses', () => {
    const connectionError = new ApiError(403, 'Forbidden', 'you may not read runs', 'log in');
    const [first] = told({ connection: 'unreachable', connectionError });
    expect(first).toMatchObject({ message: 'You may not read runs', hint: 'Log in' });
  });

  it('says how to get a server that knows cellburst', () => {
    expect(told({ connection: 'missing' })[0]?.hint).toContain('pip install --upgrade cellburst');
  });

  it.each([
    ['stopped', 'warning'],
    ['newer', 'warning'],
    ['stuck', 'error']
  ] as const)('a controller that is %s: %s, and the way out', (state, tone) => {
    const status = controller({ state, message: 'it is so', hint: '`cellburst doctor`' });
    expect(told({ status })).toEqual([
      expect.objectContaining({ tone, message: 'It is so', hint: '`cellburst doctor`' })
    ]);
  });

  it('says once that a store cannot be read, and which', () => {
    const stores = [storeRow(), storeRow({ env: 'ffff', python: '3.13.1', error })];
    const notices = told({ status: statusAnswer({ stores }), troubles: [{ env: 'ffff', error }] });
    expect(notices.map(notice => notice.message)).toEqual([
      'The store is busy (environment ffff, Python 3.13.1)'
    ]);
  });

  it('says why the list cannot be read', () => {
    expect(told({ listError: new Error('no room') })[0]?.message).toContain('no room');
  });
});

describe('Restarts', () => {
  const busy = { runs: 1, running: 1, queued: 0 };

  let events: FakeRunEvents;

  async function seen(...steps: [number | null, typeof busy][]): Promise<string[]> {
    jest.useFakeTimers();
    const client = new FakeRunClient();
    events = new FakeRunEvents();
    const manager = new RunManager(client, events);
    const restarts = new Restarts(manager);
    for (const [pid, counts] of steps) {
      const state = pid === null ? 'stopped' : 'running';
      const row = { ...storeRow().controller, state, pid } as const;
      client.statusNow = statusAnswer({ counts, stores: [storeRow({ controller: row })] });
      await manager.refresh();
      await jest.advanceTimersByTimeAsync(1_100);
    }
    const envs = [...restarts.envs];
    envs.forEach(env => restarts.dismiss(env));
    expect(restarts.envs.size).toBe(0);
    manager.dispose();
    restarts.dispose();
    jest.useRealTimers();
    return envs;
  }

  const free = { runs: 0, running: 0, queued: 0 };

  it('notices that a controller was replaced in mid-run', async () => {
    expect(await seen([1, busy], [2, busy])).toEqual([storeRow().env]);
    expect(await seen([1, busy], [null, busy], [2, busy])).toEqual([storeRow().env]);
  });

  it('takes one that ended for want of work as what it is', async () => {
    expect(await seen([1, busy], [1, free], [null, free], [2, busy], [2, busy])).toEqual([]);
    expect(await seen([1, busy])).toEqual([]);
  });
});
