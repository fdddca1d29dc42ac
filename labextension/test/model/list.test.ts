import { ServerMissingError } from '../../src/api/errors';
import { RunList } from '../../src/model/list';
import { RunManager } from '../../src/model/manager';
import type { RunListItem } from '../../src/model/runGroups';
import { changeOf, deletion, endedRow, runId, runRow, T0 } from '../builders';
import { FakeRunClient, FakeRunEvents } from '../fakes';
import type { ChangeRow, RunRow } from '../../src/api/client';

/** What a line is known by, however the list moves. */
function lineKey(line: RunListItem): string {
  return line.kind === 'group' ? `group ${line.group.key}` : line.row.id;
}

let client: FakeRunClient;
let events: FakeRunEvents;
let manager: RunManager;
let list: RunList;
let sequence: number;

beforeEach(() => {
  jest.useFakeTimers();
  client = new FakeRunClient();
  events = new FakeRunEvents();
  manager = new RunManager(client, events);
  list = new RunList(manager);
  sequence = 0;
});

afterEach(() => {
  list.dispose();
  manager.dispose();
  jest.useRealTimers();
});

const pass = (ms = 10): Promise<void> => jest.advanceTimersByTimeAsync(ms);
const ids = (): string[] => list.pages.rows.map(row => row.id);
const many = (first: number, last: number): RunRow[] =>
  Array.from({ length: first - last + 1 }, (_, step) => runRow(first - step));

function happen(...changes: ChangeRow[]): void {
  sequence += 1;
  client.changesNow = { sequence, changes, resync: false, lease: 60 };
  events.push(sequence, changes);
}

async function show(rows: RunRow[]): Promise<void> {
  client.rows = rows;
  list.pages.shown = true;
  await pass();
}

describe('RunList', () => {
  it('reads the first page once, when it is shown', async () => {
    client.rows = [runRow(2), runRow(1)];
    await pass(1_000);
    expect(client.calls).toEqual([]);
    await show(client.rows);
    expect(ids()).toEqual([runId(2), runId(1)]);
    expect(client.asked('runs')).toEqual([
      [{ state: [], target: '', text: '', limit: 100, before: '' }]
    ]);
    expect(list.pages.isLoading).toBe(false);
  });

  it('reads page after page', async () => {
    await show(many(250, 1));
    expect(list.pages.hasMore).toBe(true);
    list.pages.loadMore();
    list.pages.loadMore();
    await pass();
    list.pages.loadMore();
    await pass();
    list.pages.loadMore();
    await pass();
    expect(ids()).toHaveLength(250);
    expect(client.asked('runs')).toHaveLength(3);
    expect(list.pages.hasMore).toBe(false);
  });

  it('shows a new run at the top by itself', async () => {
    await show([runRow(1)]);
    client.rows = [runRow(2), runRow(1)];
    happen(changeOf(runRow(2)));
    await pass();
    expect(ids()).toEqual([runId(2), runId(1)]);
    expect(client.asked('runs')).toHaveLength(1);
  });

  it('leaves an old run to its page', async () => {
    await show(many(150, 1));
    happen(changeOf(endedRow(3)));
    await pass(1_000);
    expect(ids()).toHaveLength(100);
    expect(ids()).not.toContain(runId(3));
  });

  it('keeps a run that came while the page was on its way', async () => {
    const release = client.hold('runs');
    await show([runRow(1)]);
    client.rows = [runRow(2), runRow(1)];
    happen(changeOf(runRow(2)));
    await pass();
    release();
    await pass();
    expect(ids()).toEqual([runId(2), runId(1)]);
  });

  it('drops a run that was deleted while the page was on its way', async () => {
    const release = client.hold('runs');
    await show([runRow(2), runRow(1)]);
    client.rows = [runRow(1)];
    happen(deletion(runId(2)));
    await pass();
    release();
    await pass();
    expect(ids()).toEqual([runId(1)]);
    expect(manager.peek(runId(2))).toBeUndefined();
  });

  it('tells once of fifty changes that come together', async () => {
    await show(many(50, 1));
    const changed = jest.fn();
    list.changed.connect(changed);
    happen(...client.rows.map(row => changeOf(endedRow(row.submitted - T0))));
    const release = client.hold('runs');
    await pass();
    expect(changed).toHaveBeenCalledTimes(1);
    expect(list.pages.rows.every(row => row.state === 'succeeded')).toBe(true);
    release();
  });

  it('lets a run go that no longer matches', async () => {
    await show([runRow(2), runRow(1)]);
    list.pages.filter = { states: ['running'], target: '', text: '' };
    await pass();
    client.rows = [endedRow(2), runRow(1)];
    happen(changeOf(endedRow(2)));
    await pass();
    expect(ids()).toEqual([runId(1)]);
  });

  it('asks when typing pauses, for the last text only', async () => {
    await show([runRow(2), runRow(1)]);
    for (const text of ['f', 'fi', 'fit(2)']) {
      list.pages.filter = { ...list.pages.filter, text };
      await pass(100);
    }
    await pass(200);
    expect(client.asked('runs')).toHaveLength(2);
    expect(ids()).toEqual([runId(2)]);
  });

  it('forgets the answer to a filter that is no longer asked for', async () => {
    await show([runRow(2), runRow(1)]);
    const release = client.hold('runs');
    list.pages.filter = { states: ['failed'], target: '', text: '' };
    await pass();
    list.pages.filter = { states: ['running'], target: '', text: '' };
    release();
    await pass();
    expect(ids()).toEqual([runId(2), runId(1)]);
    expect(list.pages.isLoading).toBe(false);
  });

  it('asks the server once whether a new run has the text in its code', async () => {
    await show([runRow(1)]);
    list.pages.filter = { ...list.pages.filter, text: 'fit(1)' };
    await pass(300);
    for (let time = 0; time < 5; time += 1) {
      client.rows = [runRow(2, { reason: String(time) }), runRow(1)];
      happen(changeOf(runRow(2)));
      await pass(600);
    }
    expect(ids()).toEqual([runId(1)]);
    expect(client.asked('runs')).toHaveLength(3);
  });

  it('reads again, as far as it was scrolled, when changes were lost', async () => {
    await show(many(250, 1));
    list.pages.loadMore();
    await pass();
    client.rows = many(260, 201);
    sequence = 9;
    client.changesNow = { sequence, changes: [], resync: true, lease: 60 };
    events.push(sequence, [], true);
    await pass();
    expect(ids()).toHaveLength(60);
    expect(client.asked('runs').at(-1)).toEqual([expect.objectContaining({ limit: 200 })]);
  });

  it('says why there is nothing, and reads when the server is back', async () => {
    client.fail('runs', new ServerMissingError('unreachable', 'no route'));
    client.fail('changes', new ServerMissingError('unreachable', 'no route'));
    await show([runRow(1)]);
    expect(manager.connection).toBe('unreachable');
    client.mend('changes');
    await pass(5_000);
    expect(list.pages.error?.message).toBe('no route');
    client.mend('runs');
    await manager.refresh();
    await pass();
    expect(list.pages.error).toBeNull();
    expect(ids()).toEqual([runId(1)]);
  });

  it('reads nothing while it is hidden, and what was missed when it is shown', async () => {
    await show([runRow(1)]);
    list.pages.shown = false;
    manager.watch();
    client.rows = [runRow(2), runRow(1)];
    client.changesNow = { sequence: 5, changes: [], resync: true, lease: 60 };
    events.push(5, [], true);
    await pass();
    expect(client.asked('runs')).toHaveLength(1);
    list.pages.shown = true;
    await pass();
    expect(ids()).toEqual([runId(2), runId(1)]);
  });

  it('is grouped by notebook, or by day', async () => {
    const other = { notebook: 'other.ipynb' };
    await show([runRow(3), runRow(2, other), runRow(1, { submitted: T0 - 2 * 86_400 })]);
    const study = 'group study.ipynb';
    expect(list.lines.map(lineKey)).toEqual([
      study,
      runId(3),
      runId(1),
      'group other.ipynb',
      runId(2)
    ]);
    list.grouping = 'day';
    await pass();
    expect(list.lines.map(line => line.kind)).toEqual(['group', 'run', 'run', 'group', 'run']);
    list.grouping = 'notebook';
    list.toggleGroup('study.ipynb');
    await pass();
    expect(list.lines.map(lineKey)).toEqual([study, 'group other.ipynb', runId(2)]);
  });

  it('remembers targets that a filter hides', async () => {
    await show([runRow(2, { target: 'gpu' }), runRow(1)]);
    list.pages.filter = { states: [], target: 'gpu', text: '' };
    await pass();
    expect(list.targets).toEqual(['gpu', 'local']);
  });
});
