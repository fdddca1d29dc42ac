import { matchingTasks } from '../../src/model/matching';
import { SAMPLE, sampleTasks } from '../../src/model/sample';
import { fenced } from '../../src/model/codeFence';
import { decodeStates } from '../../src/model/states';
import { runId, taskRow } from '../builders';
import { FakeRunClient } from '../fakes';

const RUN = runId(1);

function server(count: number): FakeRunClient {
  const client = new FakeRunClient();
  client.taskRows.set(
    RUN,
    Array.from({ length: count }, (_, index) => taskRow(index))
  );
  return client;
}

describe('sampleTasks', () => {
  const { signal } = new AbortController();

  it('takes every task of a run that is not large', async () => {
    const client = server(SAMPLE);
    const sample = await sampleTasks(client, RUN, SAMPLE, signal);
    expect(sample.tasks.length).toBe(SAMPLE);
    expect(client.asked('tasks').length).toBe(1);
  });

  it('takes windows from the first task to the last of a larger one', async () => {
    const { tasks, total } = await sampleTasks(server(9000), RUN, 9000, signal);
    expect(tasks.length).toBe(SAMPLE);
    expect(total).toBe(9000);
    expect(tasks[0]?.index).toBe(0);
    expect(tasks.at(-1)?.index).toBe(8999);
    expect(new Set(tasks.map(task => task.index)).size).toBe(SAMPLE);
  });
});

describe('matchingTasks', () => {
  const states = decodeStates({ count: 6, states: '2sf2qr' });

  it('finds tasks by their states without asking', async () => {
    const client = server(6);
    const find = async (state: ('queued' | 'running')[]): Promise<readonly number[]> =>
      (await matchingTasks(client, RUN, states, { state, text: '' })).tasks;
    expect(await find([])).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await find(['queued', 'running'])).toEqual([3, 4, 5]);
    expect(client.calls).toEqual([]);
  });

  it('asks for as many pages as there are where a text is looked for', async () => {
    const client = server(4500);
    const found = await matchingTasks(client, RUN, states, { state: [], text: 'x' });
    expect(found.tasks.length).toBe(4500);
    expect(found.total).toBe(4500);
    expect(client.asked('tasks').length).toBe(3);
  });

  it('tells how many there are where it stops before the end', async () => {
    const found = await matchingTasks(server(21_500), RUN, states, { state: [], text: 'x' });
    expect(found.tasks.length).toBe(20_000);
    expect(found.total).toBe(21_500);
  });
});

describe('fenced', () => {
  it('keeps code inside, whatever is in it', () => {
    const code = 'print("````")\n```\n# <b>out?</b>';
    const text = fenced(code, 'python');
    expect(text).toBe(`\`\`\`\`\`python\n${code}\n\`\`\`\`\`\n`);
    expect(fenced('x\n', 'python')).toBe('```python\nx\n```\n');
  });
});
