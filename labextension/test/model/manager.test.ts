import { RunManager } from '../../src/model/manager';
import { changeOf, endedRow, runId, runRow, statusAnswer, T0 } from '../builders';
import { FakeRunClient, FakeRunEvents } from '../fakes';

let client: FakeRunClient;
let events: FakeRunEvents;
let manager: RunManager;

beforeEach(() => {
  jest.useFakeTimers();
  client = new FakeRunClient();
  events = new FakeRunEvents();
  manager = new RunManager(client, events);
});

afterEach(() => {
  manager.dispose();
  jest.useRealTimers();
});

const pass = (ms = 10): Promise<void> => jest.advanceTimersByTimeAsync(ms);

describe('RunManager', () => {
  it('asks for the status and has lists read once it listens', async () => {
    const told: string[] = [];
    manager.resynced.connect(() => told.push(`resynced after ${client.calls.length}`));
    manager.connectionChanged.connect((_, state) => told.push(state));
    manager.watch();
    await pass();
    expect(told).toEqual(['resynced after 1', 'live']);
    expect(client.calls.map(call => call.method)).toEqual(['changes', 'status']);
    expect(manager.status).toEqual(statusAnswer());
  });

  it('goes by the clock of the server', async () => {
    manager.watch();
    await pass();
    expect(manager.now()).toBeGreaterThanOrEqual(T0);
    expect(manager.now()).toBeLessThan(T0 + 1);
  });

  it('asks for the status once a second while runs change', async () => {
    manager.watch();
    await pass(1_100);
    for (let sequence = 1; sequence <= 20; sequence += 1) {
      client.changesNow = { ...client.changesNow, sequence };
      events.push(sequence, []);
      await pass(250);
    }
    const times = client.asked('status').length;
    expect(times).toBeGreaterThanOrEqual(5);
    expect(times).toBeLessThanOrEqual(7);
  });

  it('has everything read again after a resync', async () => {
    manager.watch();
    await pass();
    manager.learn([runRow(1)]);
    const resynced = jest.fn();
    manager.resynced.connect(resynced);
    client.changesNow = { sequence: 9, changes: [], resync: true, lease: 60 };
    events.push(9, [], true);
    await pass();
    expect(resynced).toHaveBeenCalledTimes(1);
    manager.learn([endedRow(1)]);
    expect(manager.peek(runId(1))?.state).toBe('succeeded');
  });

  it('tells of the run that changed', async () => {
    manager.watch();
    await pass();
    client.rows = [endedRow(1)];
    const told: unknown[] = [];
    manager.runChanged.connect((_, change) => told.push(change));
    const changes = [changeOf(endedRow(1))];
    client.changesNow = { sequence: 1, changes, resync: false, lease: 60 };
    events.push(1, changes);
    await pass();
    expect(told).toEqual([{ run: runId(1), row: endedRow(1) }]);
  });

  it('asks for a row once', async () => {
    client.rows = [runRow(1)];
    expect(await manager.row(runId(1))).toEqual(runRow(1));
    expect(await manager.row(runId(1))).toEqual(runRow(1));
    expect(client.asked('run')).toHaveLength(1);
  });

  it('reads everything when a person wants it', async () => {
    manager.watch();
    await pass(1_100);
    const resynced = jest.fn();
    manager.resynced.connect(resynced);
    await manager.refresh();
    await pass();
    expect(resynced).toHaveBeenCalledTimes(1);
    expect(client.asked('status')).toHaveLength(2);
  });

  it('is back soon after a refresh that failed', async () => {
    manager.watch();
    await pass(5_000);
    client.fail('changes', new Error('away'));
    await manager.refresh();
    client.mend('changes');
    await pass(1_100);
    expect(manager.connection).toBe('live');
  });

  it('survives a refresh that fails', async () => {
    client.fail('changes', new Error('away'));
    await manager.refresh();
    expect(manager.connection).toBe('unreachable');
    expect(manager.error?.message).toBe('away');
  });
});
