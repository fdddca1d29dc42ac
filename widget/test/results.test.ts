import { directionOf, metricsOf, ranked, viewOf, within } from '../src/results/points';
import { scaleOf } from '../src/results/scale';
import { Results } from '../src/results/results';
import { Store } from '../src/store';
import { FakeModel, POINTS } from './fakes';

describe('scaleOf', () => {
  it('places numbers evenly', () => {
    const scale = scaleOf('n', [2, 3, 6]);
    expect([2, 3, 6].map(scale.place)).toEqual([0, 0.25, 1]);
    expect(scale.ticks.map(tick => tick.label)).toEqual(['2', '3', '6']);
    expect(scale.at(0.5)).toBe('4');
  });

  it('places numbers by their ratio where they are spread so', () => {
    const scale = scaleOf('lr', [0.001, 0.01, 0.1]);
    expect(scale.kind).toBe('log');
    expect(scale.place(0.01)).toBeCloseTo(0.5);
  });

  it('gives each word a place, and no place to what is not there', () => {
    const scale = scaleOf('k', ['b', 'a', null, 'b', true, 3]);
    expect(scale.kind).toBe('category');
    expect(scale.place(null)).toBeNull();
    expect(scale.place(3)).not.toBe(scale.place('3'));
    expect(scale.ticks).toHaveLength(4);
  });

  it('draws one value in the middle, and nothing of nothing', () => {
    expect(scaleOf('x', [5, 5]).place(5)).toBe(0.5);
    expect(scaleOf('x', []).ticks).toEqual([]);
    expect(scaleOf('x', [NaN, Infinity]).kind).toBe('category');
  });

  it('names some round numbers of many', () => {
    const many = Array.from({ length: 500 }, (_, n) => n / 7);
    const ticks = scaleOf('x', many).ticks.map(tick => Number(tick.label));
    expect(ticks).toEqual([0, 20, 40, 60]);
  });
});

describe('points', () => {
  it('leaves out what does not vary, and adds the score', () => {
    const view = viewOf(POINTS, 'loss', 'minimize');
    expect(view.scales.map(scale => scale.name)).toEqual(['lr', 'kernel', 'loss']);
  });

  it('ranks by the score, those without one last', () => {
    const view = viewOf(POINTS, 'loss', 'minimize');
    expect(ranked(view, within(view, new Map()))).toEqual([1, 2, 0, 3]);
    const other = viewOf(POINTS, 'loss', 'maximize');
    expect(ranked(other, within(other, new Map()))[0]).toBe(0);
  });

  it('filters by every brush, and by values that are missing', () => {
    const view = viewOf(POINTS, 'loss', 'minimize');
    expect([...within(view, new Map([['lr', [0.9, 1] as const]]))]).toEqual([1, 0, 0, 1]);
    expect([...within(view, new Map([['loss', [0, 1] as const]]))]).toEqual([1, 1, 1, 0]);
    expect([
      ...within(
        view,
        new Map([
          ['lr', [0.9, 1] as const],
          ['loss', [0, 1] as const]
        ])
      )
    ]).toEqual([1, 0, 0, 0]);
  });

  it('guesses what is good, and believes a search', () => {
    expect(directionOf(POINTS, 'loss')).toBe('minimize');
    expect(directionOf(POINTS, 'accuracy')).toBe('maximize');
    expect(directionOf({ goal: { metric: 'loss', direction: 'maximize' } }, 'loss')).toBe(
      'maximize'
    );
    expect(metricsOf(POINTS)).toEqual(['loss', 'seconds']);
  });

  it('is quick with five thousand points', () => {
    const size = 5000;
    const values = Array.from({ length: size }, (_, n) => (n * 7919) % size);
    const columns = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map(name => [name, values]));
    const begin = performance.now();
    const view = viewOf({ index: values, columns, scores: { s: values } }, 's', 'maximize');
    ranked(view, within(view, new Map([['a', [0.2, 0.8] as const]])));
    expect(performance.now() - begin).toBeLessThan(500);
  });
});

describe('Results', () => {
  const shown = (): [Results, FakeModel] => {
    const model = new FakeModel({ points: POINTS, mode: 'explore' });
    const results = new Results(new Store(model));
    document.body.replaceChildren(results.node);
    results.draw();
    return [results, model];
  };

  it('lists the best first and shows a task as text', () => {
    const [results] = shown();
    const tasks = [...results.node.querySelectorAll('.cb-TaskList tbody tr td:first-child')];
    expect(tasks.map(cell => cell.textContent)).toEqual(['1', '2', '0', '3']);
    results.node.querySelector<HTMLElement>('[data-place="3"]')?.click();
    const detail = results.node.querySelector('.cb-Detail');
    expect(detail?.textContent).toContain('ValueError: <b>no</b>');
    expect(detail?.querySelector('b')).toBeNull();
    expect(detail?.textContent).toContain('cellburst.attach("r1").results.task(3)');
  });

  it('says how many have no score, and how many are drawn', () => {
    const [results, model] = shown();
    expect(results.node.textContent).toContain('4 tasks · 1 without loss');
    model.kernel('points', { ...POINTS, total: 1_000_000 });
    expect(results.node.textContent).toContain('a random 4 of 1,000,000 are shown');
  });

  it('keeps what was picked while a run goes on, and forgets it with another run', () => {
    const [results, model] = shown();
    results.node.querySelector<HTMLElement>('[data-place="0"]')?.click();
    model.kernel('points', { ...POINTS, live: true });
    expect(results.node.querySelector<HTMLElement>('.cb-Detail')?.hidden).toBe(false);
    model.kernel('points', { ...POINTS, run: 'r2' });
    expect(results.node.querySelector<HTMLElement>('.cb-Detail')?.hidden).toBe(true);
  });

  it('says that there is nothing', () => {
    const results = new Results(new Store(new FakeModel()));
    results.draw();
    expect(results.node.textContent).toContain('There is no run to look at yet.');
  });
});
