import type { ChangeRow } from '../../src/api/client';
import { ApiError, ServerMissingError } from '../../src/api/errors';
import { LiveRun } from '../../src/model/liveRun';
import { RunManager } from '../../src/model/manager';
import { changeOf, counts, deletion, endedRow, runId, runRow } from '../builders';
import { FakeRunClient, FakeRunEvents } from '../fakes';

let client: FakeRunClient;
let events: FakeRunEvents;
let manager: RunManager;

beforeEach(() => {
  jest.useFakeTimers();
  client = new FakeRunClient();
  events = new FakeRunEvents();
  manager = new RunManager(client, events);
  client.rows = [runRow(1)];
});

afterEach(() => {
  manager.dispose();
  jest.useRealTimers();
});

/** The server tells of changes. */
function push(...changes: ChangeRow[]): Promise<void> {
  client.changesNow = { sequence: 1, changes, resync: false, lease: 60 };
  events.push(1, changes);
  return pass();
}

const pass = (ms = 10): Promise<void> => jest.advanceTimersByTimeAsync(ms);

describe('LiveRun', () => {
  it('asks nothing as long as nobody sees it', async () => {
    const live = new LiveRun(manager, runId(1));
    await pass(60_000);
    expect(client.calls).toEqual([]);
    expect(live.standing).toEqual({ kind: 'waiting' });
  });

  it('asks once it is seen, and follows the changes', async () => {
    const live = new LiveRun(manager, runId(1));
    live.shown = true;
    await pass();
    expect(live.standing).toMatchObject({ kind: 'known', row: { state: 'running' }, old: false });
    client.rows = [endedRow(1)];
    await push(changeOf(endedRow(1)));
    expect(live.standing).toMatchObject({ kind: 'known', row: { state: 'succeeded' } });
  });

  it('asks nothing any more once it is out of view', async () => {
    const live = new LiveRun(manager, runId(1));
    live.shown = true;
    await pass();
    live.shown = false;
    const before = client.calls.length;
    await pass(120_000);
    expect(client.calls.length).toBe(before);
  });

  it('takes what the page knows already without asking', async () => {
    manager.learn([runRow(1)]);
    const live = new LiveRun(manager, runId(1));
    expect(live.standing.kind).toBe('known');
    live.shown = true;
    await pass();
    expect(client.asked('run').length).toBeLessThanOrEqual(1);
  });

  it('keeps what was known of a run that is deleted', async () => {
    const live = new LiveRun(manager, runId(1));
    live.shown = true;
    await pass();
    client.rows = [];
    await push(deletion(runId(1)));
    expect(live.standing).toMatchObject({ kind: 'gone', row: { id: runId(1) } });
  });

  it('is gone where no store has it', async () => {
    const live = new LiveRun(manager, runId(2));
    live.shown = true;
    await pass();
    expect(live.standing).toEqual({ kind: 'gone', row: null });
  });

  it('is unavailable without the server extension, and comes when that does', async () => {
    for (const method of ['run', 'changes', 'status'] as const) {
      client.fail(method, new ServerMissingError('unreachable', 'away'));
    }
    const live = new LiveRun(manager, runId(1));
    live.shown = true;
    await pass();
    expect(live.standing).toEqual({ kind: 'unavailable' });
    for (const method of ['run', 'changes', 'status'] as const) {
      client.mend(method);
    }
    await pass(60_000);
    expect(live.standing.kind).toBe('known');
  });

  it('says that what it shows is old while the server is away', async () => {
    const live = new LiveRun(manager, runId(1));
    live.shown = true;
    await pass();
    for (const method of ['run', 'changes', 'status'] as const) {
      client.fail(method, new ServerMissingError('unreachable', 'away'));
    }
    await pass(60_000);
    expect(live.standing).toMatchObject({ kind: 'known', old: true });
  });

  it('reads again when changes are missing', async () => {
    const live = new LiveRun(manager, runId(1));
    live.shown = true;
    await pass();
    client.rows = [runRow(1, { counts: counts({ succeeded: 50 }), reason: 'new' })];
    await manager.refresh();
    await pass(2_000);
    expect(live.standing).toMatchObject({ row: { reason: 'new' } });
  });

  it('does not take trouble of the server for a deletion', async () => {
    client.fail('run', new ApiError(503, 'StoreError', 'busy', ''));
    const live = new LiveRun(manager, runId(1));
    live.shown = true;
    await pass();
    expect(live.standing).toEqual({ kind: 'unavailable' });
  });
});
