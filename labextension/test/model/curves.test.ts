import type { CurvesAnswer } from '../../src/api/client';
import { ApiError } from '../../src/api/errors';
import { bestCurve, type ICurve, keptCurves } from '../../src/model/curveRows';
import { CurvesModel, type ICurvesOptions } from '../../src/model/curves';
import { runId } from '../builders';
import { FakeRunClient } from '../fakes';

const RUN = runId(1);
const SEARCH = {
  kind: 'search' as const,
  metric: 'score',
  most: 9,
  direction: 'maximize' as const,
  sampler: 'tpe',
  pruner: '',
  condition: ''
};

function curve(task: number, values: (number | null)[], changes: Partial<ICurve> = {}): ICurve {
  const steps = values.map((_, step) => step + 1);
  return {
    task,
    state: 'succeeded',
    attempt: 1,
    generation: 1,
    at: steps,
    steps,
    values,
    ...changes
  };
}

function answer(curves: readonly ICurve[], changes: Partial<CurvesAnswer> = {}): CurvesAnswer {
  return { metric: 'loss', metrics: ['loss', 'score'], total: curves.length, curves, ...changes };
}

describe('keptCurves', () => {
  it('keeps what is the same, and orders by task', () => {
    const before = keptCurves([], [curve(2, [3, 2]), curve(1, [5])]);
    expect(before.map(({ task }) => task)).toEqual([1, 2]);
    expect(keptCurves(before, [curve(1, [5]), curve(2, [3, 2])])).toBe(before);
    const after = keptCurves(before, [curve(2, [3, 2, 1]), curve(1, [5])]);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(keptCurves(before, [curve(1, [5])])).toHaveLength(1);
    const pruned = keptCurves(before, [curve(1, [5], { state: 'pruned' }), curve(2, [3, 2])]);
    expect(pruned[0]?.state).toBe('pruned');
  });
});

describe('bestCurve', () => {
  const curves = [
    curve(0, [9, 4]),
    curve(1, [1, 3, null]),
    curve(2, [0.1], { state: 'pruned' }),
    curve(3, [0.2], { state: 'running' })
  ];

  it('is the one of those that succeeded that came furthest', () => {
    expect(bestCurve(curves, false)).toBe(1);
    expect(bestCurve(curves, true)).toBe(0);
  });

  it('is one that goes on while none has succeeded, and none that was given up', () => {
    expect(bestCurve(curves.slice(2), false)).toBe(3);
    expect(bestCurve(curves.slice(2, 3), false)).toBeNull();
    expect(bestCurve([curve(0, [null])], false)).toBeNull();
  });
});

describe('CurvesModel', () => {
  let client: FakeRunClient;
  let model: CurvesModel;
  let live: boolean;

  const pass = (ms = 10): Promise<void> => jest.advanceTimersByTimeAsync(ms);
  const asked = (): number => client.asked('curves').length;
  const lastQuery = (): unknown => client.asked('curves').at(-1)?.[1];
  const make = (more: Partial<ICurvesOptions> = {}): CurvesModel =>
    new CurvesModel({ client, run: RUN, live: () => live, search: () => null, ...more });

  beforeEach(() => {
    jest.useFakeTimers();
    client = new FakeRunClient();
    live = true;
    model = make();
  });

  afterEach(() => {
    model.dispose();
    jest.useRealTimers();
  });

  it('asks only whether there are curves until somebody looks at them', async () => {
    await pass();
    expect(asked()).toBe(0);
    model.watched = true;
    await pass();
    expect(lastQuery()).toMatchObject({ most: 1 });
    expect(model.total).toBe(0);
    client.curveAnswers.set(RUN, answer([curve(0, [2, 1])], { total: 7 }));
    await pass(20_000);
    expect(model.total).toBe(7);
    expect(model.curves).toEqual([]);
    const before = asked();
    await pass(60_000);
    expect(asked()).toBe(before);
    model.looked = true;
    await pass(1000);
    expect(lastQuery()).toMatchObject({ most: 200, metric: '', choose: 'newest' });
    expect(model.curves).toHaveLength(1);
    expect(model.metric).toBe('loss');
  });

  it('follows what goes on, and stops when it has ended or nobody looks', async () => {
    client.curveAnswers.set(RUN, answer([curve(0, [2])]));
    model.watched = true;
    model.looked = true;
    await pass(5000);
    expect(asked()).toBeGreaterThan(3);
    live = false;
    await pass(3000);
    const ended = asked();
    await pass(10_000);
    expect(asked()).toBe(ended);
    live = true;
    model.poke();
    model.watched = false;
    const hidden = asked();
    await pass(10_000);
    expect(asked()).toBe(hidden);
  });

  it('asks for the metric and for those that are chosen', async () => {
    client.curveAnswers.set(RUN, answer([curve(0, [2])], { metric: 'score' }));
    model = make({ search: () => SEARCH });
    model.watched = true;
    model.looked = true;
    await pass(1000);
    expect(model.isJudged).toBe(true);
    expect(model.highest).toBe(true);
    model.choose({ metric: 'score', choose: 'best' });
    await pass(1000);
    expect(lastQuery()).toMatchObject({ metric: 'score', choose: 'best', order: 'desc' });
    model.choose({ highest: false });
    expect(model.highest).toBe(false);
  });

  it('is of one task where it is told so', async () => {
    model = make({ task: 3 });
    client.curveAnswers.set(RUN, answer([], { total: 5 }));
    model.watched = true;
    await pass();
    expect(lastQuery()).toMatchObject({ tasks: [3] });
    expect(model.total).toBe(0);
  });

  it('keeps what is known when the server does not answer, says why, and asks again', async () => {
    client.curveAnswers.set(RUN, answer([curve(0, [2])]));
    live = false;
    model.watched = true;
    model.looked = true;
    await pass(1000);
    client.fail('curves', new ApiError(503, 'StoreBusyError', 'busy', ''));
    model.poke();
    await pass(1000);
    expect(model.error?.message).toBe('busy');
    expect(model.curves).toHaveLength(1);
    client.mend('curves');
    await pass(3000);
    expect(model.error).toBeNull();
  });
});
