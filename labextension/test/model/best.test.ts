import { ApiError } from '../../src/api/errors';
import { BestTrial } from '../../src/model/best';
import { RunManager } from '../../src/model/manager';
import { RunModel } from '../../src/model/run';
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
let best: BestTrial;

const pass = (ms = 10): Promise<void> => jest.advanceTimersByTimeAsync(ms);

function stands(succeeded: number, loss: number): void {
  const row = runRow(1, { counts: counts({ succeeded, running: 1 }) });
  client.details.set(RUN, runDetail(1, { ...row, search, open: true }));
  client.taskRows.set(RUN, [taskRow(7, { params: { rate: 0.1 }, metrics: { loss } })]);
}

beforeEach(() => {
  jest.useFakeTimers();
  client = new FakeRunClient();
  client.stateTexts.set(RUN, { count: 3, states: '2sr' });
  client.timelines.set(RUN, { events: [] });
  stands(2, 0.25);
  manager = new RunManager(client, new FakeRunEvents());
  model = new RunModel(manager, RUN);
  best = new BestTrial(model);
});

afterEach(() => {
  best.dispose();
  model.dispose();
  manager.dispose();
  jest.useRealTimers();
});

describe('BestTrial', () => {
  it('asks the server for the first by what is searched', async () => {
    model.shown = true;
    await pass(3000);
    expect(best.best).toEqual({ task: 7, value: 0.25, params: { rate: 0.1 } });
    const [, query] = client.asked('tasks')[0] ?? [];
    expect(query).toEqual({ sort: 'metric:loss', order: 'asc', state: ['succeeded'], limit: 1 });
  });

  it('asks again only when more have succeeded', async () => {
    model.shown = true;
    await pass(3000);
    model.refresh();
    await pass(3000);
    expect(client.asked('tasks').length).toBe(1);
    const before = best.best;
    stands(3, 0.125);
    const row = runRow(1, { counts: counts({ succeeded: 3, running: 1 }) });
    manager.learn([row]);
    model.refresh();
    await pass(3000);
    expect(best.best).not.toBe(before);
    expect(best.best?.value).toBe(0.125);
  });

  it('asks nothing of a run that does not search, nor while nobody looks', async () => {
    client.details.set(RUN, runDetail(1, { search: { ...search, kind: 'until' } }));
    await pass();
    model.shown = true;
    await pass(3000);
    expect(client.asked('tasks')).toEqual([]);
  });

  it('keeps what is known while the server does not answer', async () => {
    model.shown = true;
    await pass(3000);
    client.fail('tasks', new ApiError(503, 'StoreBusyError', 'busy', ''));
    stands(3, 0.125);
    model.refresh();
    await pass(3000);
    expect(best.best?.value).toBe(0.25);
  });
});
