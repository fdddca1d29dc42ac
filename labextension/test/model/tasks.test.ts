import { PAGE, TaskTable } from '../../src/model/tasks';
import { runId, taskRow } from '../builders';
import { FakeRunClient } from '../fakes';

const RUN = runId(1);
let client: FakeRunClient;
let table: TaskTable;

const pass = (ms = 10): Promise<void> => jest.advanceTimersByTimeAsync(ms);
const offsets = (): unknown[] =>
  client.asked('tasks').map(([, query]) => (query as { offset: number }).offset);

beforeEach(() => {
  jest.useFakeTimers();
  client = new FakeRunClient();
  client.taskRows.set(
    RUN,
    Array.from({ length: 1000 }, (_, index) => taskRow(index))
  );
  table = new TaskTable(client, RUN);
});

afterEach(() => {
  table.dispose();
  jest.useRealTimers();
});

describe('TaskTable', () => {
  it('reads only the pages that are in view', async () => {
    table.reveal();
    await pass();
    expect(table.total).toBe(1000);
    expect(table.row(7)?.index).toBe(7);
    expect(table.row(PAGE)).toBeUndefined();
    table.show(5 * PAGE - 3, 5 * PAGE + 20);
    await pass();
    expect(offsets()).toEqual([0, 4 * PAGE, 5 * PAGE]);
    expect(table.row(5 * PAGE + 20)?.index).toBe(5 * PAGE + 20);
    expect(table.task(5 * PAGE)?.index).toBe(5 * PAGE);
    expect(table.task(900)).toBeUndefined();
  });

  it('does not read a page again that it has just read', async () => {
    table.reveal();
    await pass();
    table.show(0, 20);
    table.show(20, 60);
    await pass();
    expect(offsets()).toEqual([0]);
  });

  it('reads what is in view again when the run changes, four times a second at most', async () => {
    table.reveal();
    await pass(1000);
    table.show(300, 320);
    await pass(1000);
    const before = client.asked('tasks').length;
    for (let turn = 0; turn < 100; turn++) {
      table.refresh();
      await pass(10);
    }
    const asked = client.asked('tasks').length - before;
    expect(asked).toBeGreaterThanOrEqual(3);
    expect(asked).toBeLessThanOrEqual(5);
    expect(new Set(offsets().slice(before))).toEqual(new Set([300]));
  });

  it('keeps rows while they are read again, and their identity if they are the same', async () => {
    table.reveal();
    await pass(1000);
    const [same, other] = [table.row(1), table.row(2)];
    const rows = client.taskRows.get(RUN) ?? [];
    client.taskRows.set(RUN, [
      taskRow(0),
      taskRow(1),
      taskRow(2, { state: 'failed' }),
      ...rows.slice(3)
    ]);
    const release = client.hold('tasks');
    table.refresh();
    await pass();
    expect(table.row(2)).toBe(other);
    release();
    await pass();
    expect(table.row(1)).toBe(same);
    expect(table.row(2)?.state).toBe('failed');
  });

  it('asks the server to sort and filter, and shows the old rows until the new ones are there', async () => {
    table.reveal();
    await pass();
    const release = client.hold('tasks');
    table.ask({ sort: 'param:lr', order: 'desc', state: ['failed'], text: 'x' });
    await pass();
    expect(table.row(7)?.index).toBe(7);
    release();
    await pass();
    expect(client.asked('tasks').at(-1)).toEqual([
      RUN,
      { offset: 0, limit: PAGE, sort: 'param:lr', order: 'desc', state: ['failed'], text: 'x' }
    ]);
  });

  it('drops the answer to a question that was replaced', async () => {
    table.reveal();
    await pass();
    const release = client.hold('tasks');
    table.ask({ text: 'first' });
    await pass();
    client.taskRows.set(RUN, [taskRow(3)]);
    table.ask({ text: 'second' });
    release();
    await pass();
    expect(table.total).toBe(1);
    expect(table.row(0)?.index).toBe(3);
  });

  it('gathers the names of values and metrics', async () => {
    client.taskRows.set(RUN, [
      taskRow(0, { summary: JSON.parse('{"r2": 1, "n": 2}') as unknown, metrics: null }),
      taskRow(1)
    ]);
    table.reveal();
    await pass();
    expect(table.names).toEqual({
      values: ['r2', 'n'],
      metrics: ['acc'],
      scalar: true,
      repeated: true,
      files: false
    });
  });

  it('says what the server refuses', async () => {
    client.fail('tasks', new Error('the store is busy'));
    table.reveal();
    await pass();
    expect(table.error?.message).toBe('the store is busy');
    client.mend('tasks');
    await pass(1000);
    table.refresh();
    await pass();
    expect(table.error).toBeNull();
  });

  it('asks for nothing until it is seen, and while it is hidden', async () => {
    table.refresh();
    table.show(300, 400);
    table.ask({ text: 'x' });
    await pass(1000);
    expect(client.asked('tasks')).toEqual([]);
    table.reveal();
    await pass(1000);
    table.hide();
    const before = client.asked('tasks').length;
    table.refresh();
    table.show(300, 400);
    await pass(1000);
    expect(client.asked('tasks').length).toBe(before);
  });
});
