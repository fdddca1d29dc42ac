import type { ChangeRow, RunRow } from '../../src/api/client';
import { Endings } from '../../src/model/endings';
import { RunManager } from '../../src/model/manager';
import { changeOf, counts, deletion, endedRow, runId, runRow } from '../builders';
import { FakeRunClient, FakeRunEvents } from '../fakes';

let client: FakeRunClient;
let events: FakeRunEvents;
let manager: RunManager;
let told: string[][];
let sequence: number;

beforeEach(async () => {
  jest.useFakeTimers();
  client = new FakeRunClient();
  events = new FakeRunEvents();
  manager = new RunManager(client, events);
  told = [];
  sequence = 0;
  new Endings(manager).ended.connect((_, rows) => told.push(rows.map(row => row.id)));
  manager.watch();
  await pass();
});

afterEach(() => {
  manager.dispose();
  jest.useRealTimers();
});

const pass = (ms = 10): Promise<void> => jest.advanceTimersByTimeAsync(ms);

async function push(changes: ChangeRow[]): Promise<void> {
  sequence += 1;
  client.changesNow = { sequence, changes, resync: false, lease: 60 };
  events.push(sequence, changes);
  await pass(1_100);
}

async function now(...rows: RunRow[]): Promise<void> {
  client.rows = rows;
  await push(rows.map(changeOf));
}

describe('Endings', () => {
  it('tells of a run that was seen going on', async () => {
    await now(runRow(1));
    expect(told).toEqual([]);
    await now(endedRow(1));
    expect(told).toEqual([[runId(1)]]);
  });

  it('says nothing of a run that had ended when the page came', async () => {
    await now(endedRow(1));
    await now(endedRow(1, { name: 'renamed' }));
    expect(told).toEqual([]);
  });

  it('tells once, and again after a retry', async () => {
    await now(runRow(1));
    await now(endedRow(1));
    await now(endedRow(1, { name: 'renamed' }));
    await now(runRow(1));
    await now(endedRow(1));
    expect(told).toEqual([[runId(1)], [runId(1)]]);
  });

  it('says nothing of what a person has cancelled or deleted', async () => {
    await now(runRow(1), runRow(2));
    await now(endedRow(1, { state: 'cancelled', counts: counts({ cancelled: 50 }) }));
    client.rows = [];
    await push([deletion(runId(2))]);
    expect(told).toEqual([]);
  });

  it('tells together of what ends together', async () => {
    await now(runRow(1), runRow(2), runRow(3));
    await now(endedRow(1), endedRow(2), endedRow(3));
    expect(told).toEqual([[runId(1), runId(2), runId(3)]]);
  });

  it('tells of a run that was going on when the page came', async () => {
    client.rows = [runRow(1), endedRow(2)];
    await manager.refresh();
    await pass(100);
    await now(endedRow(1), endedRow(2));
    expect(told).toEqual([[runId(1)]]);
  });

  it('tells of a run whose end was lost, once', async () => {
    await now(runRow(1), runRow(2));
    client.rows = [endedRow(1)]; // and the other was deleted
    await manager.refresh();
    await pass(1_100);
    await now(endedRow(1));
    expect(told).toEqual([[runId(1)]]);
  });
});
