import type { EstimateRow } from '../../src/api/client';
import { ApiError } from '../../src/api/errors';
import { RunManager } from '../../src/model/manager';
import { RunModel } from '../../src/model/run';
import { SearchStanding } from '../../src/model/standing';
import { counts, runDetail, runId, runRow, taskRow } from '../builders';
import { FakeRunClient, FakeRunEvents } from '../fakes';

const RUN = runId(1);
const search = {
  kind: 'search' as const,
  metric: 'loss',
  most: 200,
  direction: 'minimize' as const,
  sampler: 'tpe',
  pruner: '',
  condition: ''
};
let client: FakeRunClient;
let manager: RunManager;
let model: RunModel;
let standing: SearchStanding;

const pass = (ms = 10): Promise<void> => jest.advanceTimersByTimeAsync(ms);

function stands(succeeded: number, loss: number): void {
  const row = runRow(1, { counts: counts({ succeeded, running: 1 }) });
  client.details.set(RUN, runDetail(1, { ...row, search, open: true }));
  client.taskRows.set(RUN, [taskRow(7, { params: { rate: 0.1 }, metrics: { loss } })]);
}

function estimate(n: number, mean: number): EstimateRow {
  return { metric: 'value', n, mean, std: 1, stderr: 0.5, ci95: 0.98, min: 2, max: 5 };
}

function estimated(n: number, mean: number): void {
  const row = runRow(1, { counts: counts({ succeeded: n, running: 1 }) });
  client.details.set(
    RUN,
    runDetail(1, { ...row, search: { ...search, kind: 'until' }, open: true })
  );
  client.estimateAnswers.set(RUN, { estimates: [estimate(n, mean)] });
}

beforeEach(() => {
  jest.useFakeTimers();
  client = new FakeRunClient();
  client.stateTexts.set(RUN, { count: 3, states: '2sr' });
  client.timelines.set(RUN, { events: [] });
  stands(2, 0.25);
  manager = new RunManager(client, new FakeRunEvents());
  model = new RunModel(manager, RUN);
  standing = new SearchStanding(model);
});

afterEach(() => {
  standing.dispose();
  model.dispose();
  manager.dispose();
  jest.useRealTimers();
});

describe('SearchStanding', () => {
  it('asks the server for the first by what is searched', async () => {
    model.shown = true;
    await pass(3000);
    expect(standing.found.best).toEqual({ task: 7, value: 0.25, params: { rate: 0.1 } });
    const [, query] = client.asked('tasks')[0] ?? [];
    expect(query).toEqual({ sort: 'metric:loss', order: 'asc', state: ['succeeded'], limit: 1 });
  });

  it('asks again only when more have succeeded', async () => {
    model.shown = true;
    await pass(3000);
    model.refresh();
    await pass(3000);
    expect(client.asked('tasks').length).toBe(1);
    const before = standing.found.best;
    stands(3, 0.125);
    const row = runRow(1, { counts: counts({ succeeded: 3, running: 1 }) });
    manager.learn([row]);
    model.refresh();
    await pass(3000);
    expect(standing.found.best).not.toBe(before);
    expect(standing.found.best?.value).toBe(0.125);
  });

  it('asks what copies say together, and again when there are more', async () => {
    estimated(2, 3.25);
    model.shown = true;
    await pass(3000);
    expect(standing.found).toEqual({ best: null, estimates: [estimate(2, 3.25)] });
    expect(client.asked('tasks')).toEqual([]);
    model.refresh();
    await pass(3000);
    expect(client.asked('estimates').length).toBe(1);
    const told = jest.fn();
    standing.changed.connect(told);
    estimated(3, 3.5);
    manager.learn([runRow(1, { counts: counts({ succeeded: 3, running: 1 }) })]);
    await pass(3000);
    expect(standing.found.estimates).toEqual([estimate(3, 3.5)]);
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('asks once a second at most, however fast copies end', async () => {
    estimated(2, 3.25);
    model.shown = true;
    await pass(3000);
    for (let succeeded = 3; succeeded < 23; succeeded += 1) {
      estimated(succeeded, 4);
      manager.learn([runRow(1, { counts: counts({ succeeded, running: 1 }) })]);
      await pass(100);
    }
    expect(client.asked('estimates').length).toBeLessThanOrEqual(4);
    await pass(2000);
    expect(standing.found.estimates[0]?.n).toBe(22);
  });

  it('asks nothing of a run that has all its tasks, nor while nobody looks', async () => {
    await pass(3000);
    client.details.set(RUN, runDetail(1, { search: null }));
    model.shown = true;
    await pass(3000);
    expect([...client.asked('tasks'), ...client.asked('estimates')]).toEqual([]);
  });

  it('keeps what is known while the server does not answer', async () => {
    model.shown = true;
    await pass(3000);
    client.fail('tasks', new ApiError(503, 'StoreBusyError', 'busy', ''));
    stands(3, 0.125);
    model.refresh();
    await pass(3000);
    expect(standing.found.best?.value).toBe(0.25);
  });
});
