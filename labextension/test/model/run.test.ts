import { ApiError } from '../../src/api/errors';
import { RunManager } from '../../src/model/manager';
import { RunModel } from '../../src/model/run';
import { taskState } from '../../src/taskStates';
import { changeOf, counts, deletion, endedRow, runDetail, runId, runRow } from '../builders';
import { FakeRunClient, FakeRunEvents } from '../fakes';

const RUN = runId(1);
const row = runRow(1, { counts: counts({ succeeded: 2, queued: 1 }) });
const sweep = { kind: 'grid' as const, names: ['n'], count: 3 };

let client: FakeRunClient;
let events: FakeRunEvents;
let manager: RunManager;
let model: RunModel;
let sequence: number;

const pass = (ms = 10): Promise<void> => jest.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  jest.useFakeTimers();
  client = new FakeRunClient();
  client.details.set(RUN, runDetail(1, { ...row, sweep }));
  client.stateTexts.set(RUN, { count: 3, states: '2sq' });
  client.timelines.set(RUN, {
    events: [{ id: 1, at: 5, what: 'RunSubmitted', text: 'submitted', task: null }]
  });
  events = new FakeRunEvents();
  manager = new RunManager(client, events);
  model = new RunModel(manager, RUN);
  sequence = 0;
});

afterEach(() => {
  model.dispose();
  manager.dispose();
  jest.useRealTimers();
});

/** The server tells of a change. */
async function tell(change: ReturnType<typeof changeOf>): Promise<void> {
  sequence += 1;
  client.changesNow = { ...client.changesNow, sequence, changes: [change] };
  events.push(sequence, [change]);
  await pass();
}

describe('RunModel', () => {
  it('asks for nothing until it is shown, then for all of the run', async () => {
    await pass();
    expect(client.calls).toEqual([]);
    model.shown = true;
    await pass();
    expect(model.detail?.code).toContain('fit(1)');
    expect(Array.from(model.states, taskState)).toEqual(['succeeded', 'succeeded', 'queued']);
    expect(model.events.map(event => event.text)).toEqual(['submitted']);
    expect(model.error).toBeNull();
  });

  it('asks for states and further events, but not for the code again, when the run changes', async () => {
    model.shown = true;
    await pass(3000);
    const known = model.states;
    const asked = client.asked('run').length;
    client.stateTexts.set(RUN, { count: 3, states: '2sf' });
    client.timelines.set(RUN, {
      events: [
        { id: 1, at: 5, what: 'RunSubmitted', text: 'submitted', task: null },
        { id: 2, at: 6, what: 'TasksEnded', text: 'task 2 failed', task: 2 }
      ]
    });
    const failed = endedRow(1, { state: 'failed', counts: counts({ succeeded: 2, failed: 1 }) });
    client.details.set(RUN, runDetail(1, { ...failed, sweep }));
    await tell(changeOf(failed));
    expect(model.states).not.toBe(known);
    expect(model.detail?.counts.failed).toBe(1);
    expect(model.detail?.state).toBe('failed');
    expect(model.events.map(event => event.id)).toEqual([1, 2]);
    expect(client.asked('timeline').at(-1)).toEqual([RUN, 1]);
    expect(client.asked('run').length - asked).toBeLessThanOrEqual(1); // the manager's row
  });

  it('grows with its run: at once by what is told, then with the names of what was added', async () => {
    model.shown = true;
    await pass(3000);
    const grown = runRow(1, { counts: counts({ succeeded: 2, queued: 3 }) });
    const names = ['n', 'm'];
    client.details.set(RUN, runDetail(1, { ...grown, sweep: { kind: 'grid', names, count: 5 } }));
    client.stateTexts.set(RUN, { count: 5, states: '2s3q' });
    const release = client.hold('run');
    await tell(changeOf(grown));
    expect(model.detail?.sweep).toEqual({ kind: 'grid', names: ['n'], count: 5 });
    release();
    await pass(3000);
    expect(model.detail?.sweep.names).toEqual(names);
    expect(model.states.length).toBe(5);
  });

  it('hears that nobody adds tasks any more', async () => {
    client.details.set(RUN, runDetail(1, { ...row, sweep, open: true }));
    model.shown = true;
    await pass(3000);
    expect(model.detail?.open).toBe(true);
    client.details.set(RUN, runDetail(1, { ...row, sweep, open: false }));
    await tell(changeOf(row));
    await pass(3000);
    expect(model.detail?.open).toBe(false);
  });

  it('gives the same array while no task is different', async () => {
    model.shown = true;
    await pass(3000);
    const known = model.states;
    const before = client.asked('states').length;
    model.refresh();
    await pass();
    expect(client.asked('states').length).toBe(before + 1);
    expect(model.states).toBe(known);
  });

  it('asks once more, not ten times, for changes that come while an answer is on its way', async () => {
    model.shown = true;
    await pass(3000);
    const before = client.asked('states').length;
    const release = client.hold('states');
    for (let turn = 0; turn < 10; turn++) {
      await tell(changeOf({ ...row, counts: counts({ succeeded: 2, queued: turn }) }));
    }
    expect(client.asked('states').length).toBe(before + 1);
    release();
    await pass();
    expect(client.asked('states').length).toBe(before + 2);
  });

  it('asks for nothing while it is hidden, and for all when it is shown again', async () => {
    model.shown = true;
    await pass(3000);
    model.shown = false;
    const before = client.asked('states').length;
    client.details.set(RUN, runDetail(1, endedRow(1)));
    await tell(changeOf(endedRow(1)));
    expect(client.asked('states').length).toBe(before);
    model.shown = true;
    await pass();
    expect(client.asked('states').length).toBeGreaterThan(before);
    expect(model.detail?.state).toBe('succeeded');
  });

  it('does not ask for the states of a single cell', async () => {
    client.details.set(RUN, runDetail(1, { ...row, single: true, kind: 'single' }));
    model.shown = true;
    await pass();
    expect(model.detail?.single).toBe(true);
    expect(client.asked('states')).toEqual([]);
  });

  it('says what the server refuses, and is right again when it is asked again', async () => {
    client.fail('run', new ApiError(503, 'StoreError', 'the store is busy', 'wait a moment'));
    model.shown = true;
    await pass();
    expect(model.error?.message).toBe('the store is busy');
    expect(model.detail).toBeNull();
    client.mend('run');
    model.refresh();
    await pass();
    expect(model.error).toBeNull();
    expect(model.detail).not.toBeNull();
  });

  it('keeps what was known of a run that is deleted', async () => {
    model.shown = true;
    await pass(3000);
    await tell(deletion(RUN));
    expect(model.deleted).toBe(true);
    expect(model.detail?.id).toBe(RUN);
  });
});
