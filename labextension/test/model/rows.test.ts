import { ServerMissingError } from '../../src/api/errors';
import { Rows } from '../../src/model/rows';
import type { IRunChange } from '../../src/tokens';
import { changeOf, counts, deletion, endedRow, runDetail, runId, runRow } from '../builders';
import { FakeRunClient } from '../fakes';

let client: FakeRunClient;
let told: IRunChange[];
let rows: Rows;

beforeEach(() => {
  jest.useFakeTimers();
  client = new FakeRunClient();
  told = [];
  rows = new Rows(client, change => told.push(change));
});

afterEach(() => {
  rows.dispose();
  jest.useRealTimers();
});

const pass = (ms = 1): Promise<void> => jest.advanceTimersByTimeAsync(ms);
const further = { counts: counts({ queued: 1, succeeded: 49 }) };

describe('Rows', () => {
  it('shows at once what a change says, and asks for the rest', async () => {
    rows.learn([runRow(1)]);
    client.rows = [endedRow(1, { name: 'renamed' })];
    rows.apply([changeOf(endedRow(1))]);
    expect(told).toEqual([{ run: runId(1), row: { ...endedRow(1), eta: null } }]);
    await pass();
    expect(rows.peek(runId(1))?.name).toBe('renamed');
    expect(client.calls.map(call => call.method)).toEqual(['run']);
  });

  it('tells of a run that was not known when its row is there', async () => {
    client.rows = [runRow(1)];
    rows.apply([changeOf(runRow(1))]);
    expect(told).toEqual([]);
    await pass();
    expect(told).toEqual([{ run: runId(1), row: runRow(1) }]);
  });

  it.each(['before', 'after'])(
    'tells of a new run that a card has read %s the change',
    async order => {
      client.rows = [runRow(1)];
      if (order === 'before') {
        rows.learn([runRow(1)]);
      }
      rows.apply([changeOf(runRow(1))]);
      rows.learn([runRow(1)]);
      await pass();
      expect(told).toEqual([{ run: runId(1), row: runRow(1) }]);
    }
  );

  it('asks for fifty runs with one question', async () => {
    client.rows = Array.from({ length: 50 }, (_, number) => runRow(50 - number, further));
    rows.learn(client.rows.map(row => ({ ...row, ...runRow(0), id: row.id })));
    rows.apply(client.rows.map(changeOf));
    await pass();
    expect(client.calls.map(call => call.method)).toEqual(['runs']);
    expect(rows.peek(runId(50))?.code_line).toBe('fit(50)');
  });

  it('asks twice a second for a run that changes all the time', async () => {
    rows.learn([runRow(1)]);
    client.rows = [runRow(1, further)];
    for (let tick = 0; tick < 40; tick += 1) {
      rows.apply([changeOf(runRow(1, { counts: counts({ succeeded: tick }) }))]);
      await pass(50);
    }
    expect(client.asked('run').length).toBeLessThanOrEqual(5);
    expect(client.asked('run').length).toBeGreaterThanOrEqual(4);
  });

  it('drops a run that is deleted, also while its row is on its way', async () => {
    rows.learn([runRow(1)]);
    client.rows = [runRow(1)];
    const release = client.hold('run');
    rows.apply([changeOf(endedRow(1))]);
    rows.apply([deletion(runId(1))]);
    release();
    await pass();
    expect(rows.peek(runId(1))).toBeUndefined();
    expect(told.at(-1)).toEqual({ run: runId(1), row: null });
  });

  it('drops a run that is gone when it is asked for', async () => {
    rows.learn([runRow(1)]);
    rows.apply([changeOf(runRow(1))]);
    await pass();
    expect(told.at(-1)).toEqual({ run: runId(1), row: null });
  });

  it('never goes back to an answer from before the last change', async () => {
    rows.learn([runRow(1)]);
    client.rows = [runRow(1, { reason: 'waits' })];
    const release = client.hold('run');
    rows.apply([changeOf(runRow(1, further))]);
    client.rows = [endedRow(1)];
    rows.apply([changeOf(endedRow(1))]);
    release();
    await pass();
    expect(told.map(change => change.row?.state)).toEqual(['running', 'succeeded', 'succeeded']);
    await pass(600);
    expect(rows.peek(runId(1))).toEqual(endedRow(1));
  });

  it('asks again for a row that a list read too early', async () => {
    rows.learn([runRow(1)]);
    client.rows = [endedRow(1)];
    rows.apply([changeOf(endedRow(1))]);
    await pass(600);
    rows.learn([runRow(1)]);
    expect(rows.peek(runId(1))?.state).toBe('succeeded');
    await pass(600);
    expect(rows.peek(runId(1))?.state).toBe('succeeded');
    expect(client.asked('run')).toHaveLength(2);
  });

  it('believes what is read after changes were lost', () => {
    rows.learn([runRow(1)]);
    rows.doubt();
    rows.learn([endedRow(1)]);
    expect(told).toEqual([{ run: runId(1), row: endedRow(1) }]);
  });

  it('asks again when the server is back', async () => {
    client.fail('run', new ServerMissingError('unreachable', ''));
    client.rows = [runRow(1)];
    rows.apply([changeOf(runRow(1))]);
    await pass(600);
    client.mend('run');
    rows.catchUp();
    await pass();
    expect(told.map(change => change.run)).toEqual([runId(1)]);
  });

  it('keeps no code', () => {
    rows.learn([runDetail(1)]);
    expect(rows.peek(runId(1))).toEqual(runRow(1));
  });
});
