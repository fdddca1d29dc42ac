import { Grid } from '../src/grid';
import type { ISpec } from '../src/types';
import { FakeModel, POINTS } from './fakes';

const SPEC: ISpec = {
  parameters: [
    { id: 'p0', name: 'lr', text: '0.1' },
    { id: 'p1', name: 'depth', kind: 'range', start: '0', stop: '3' }
  ],
  serial: 4
};
const FACTS = {
  serial: 4,
  count: 3,
  rows: { p0: { count: 1, shown: '0.1' }, p1: { count: 3, shown: '0, 1, 2' } },
  targets: [{ name: 'local', about: 'here' }],
  texts: { options: '-p lr=[0.1]', python: 'map()', yaml: 'a: 1' },
  bound: 'train()'
};

let model: FakeModel;
let grid: Grid;

beforeEach(() => {
  jest.useFakeTimers();
  model = new FakeModel({
    label: 'study',
    mode: 'edit',
    spec: SPEC,
    facts: FACTS,
    progress: {},
    points: {},
    notice: ''
  });
  grid = new Grid(model);
  document.body.replaceChildren(grid.node);
  grid.attached();
});

afterEach(() => {
  grid.dispose();
  jest.useRealTimers();
});

const handles = (): HTMLElement[] => [
  ...grid.node.querySelectorAll<HTMLElement>('[data-role=handle]')
];
const names = (): string[] =>
  [...grid.node.querySelectorAll<HTMLInputElement>('.cb-Row-name')].map(one => one.value);
const spec = (): ISpec => model.get('spec') as ISpec;
// what a label is of is known where it is asked for
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
const byLabel = <T extends HTMLElement>(label: string): T => {
  const found = grid.node.querySelector<T>(`[aria-label="${label}"]`);
  if (found === null) {
    throw new Error(`nothing is called ${label}`);
  }
  return found;
};
const press = (element: HTMLElement, key: string, more: KeyboardEventInit = {}): KeyboardEvent => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  element.dispatchEvent(event);
  return event;
};
const type = (element: HTMLInputElement | HTMLTextAreaElement, value: string): void => {
  element.focus();
  element.value = value;
  element.dispatchEvent(new Event('input', { bubbles: true }));
};

describe('Grid', () => {
  it('tells the kernel what was typed when nobody has typed for a moment', () => {
    const field = byLabel<HTMLTextAreaElement>('values of lr');
    type(field, '0.1, 0.2');
    type(field, '0.1, 0.2, 0.3');
    expect(model.saved).toBe(0);
    jest.runOnlyPendingTimers();
    expect(model.saved).toBe(1);
    expect(spec().parameters?.[0]?.text).toBe('0.1, 0.2, 0.3');
    expect(spec().serial).toBe(6);
  });

  it('leaves a field alone in which somebody types', () => {
    const field = byLabel<HTMLTextAreaElement>('values of lr');
    type(field, '0.1, ');
    jest.runOnlyPendingTimers();
    model.kernel('facts', {
      ...FACTS,
      serial: 5,
      rows: { p0: { error: 'not yet', field: 'text' } }
    });
    expect(field.value).toBe('0.1, ');
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
      'not yet'
    );
  });

  it('takes what the kernel changes, and not what is older than what was typed', () => {
    model.kernel('spec', { parameters: [{ id: 'p9', name: 'new' }], serial: 9 });
    expect(names()).toEqual(['new']);
    model.kernel('spec', { ...SPEC, serial: 3 });
    expect(names()).toEqual(['new']);
  });

  it('adds, moves and removes with keys, which the notebook does not see', () => {
    const seen: string[] = [];
    document.body.addEventListener('keydown', event => seen.push(event.key));
    const first = handles()[0];
    first?.focus();
    expect(press(first ?? document.body, 'Enter').defaultPrevented).toBe(true);
    expect(names()).toEqual(['lr', '', 'depth']);
    expect(document.activeElement).toBe(grid.node.querySelectorAll('.cb-Row-name')[1]);
    press(document.activeElement as HTMLElement, 'ArrowDown', { altKey: true });
    expect(names()).toEqual(['lr', 'depth', '']);
    press(document.activeElement as HTMLElement, 'Escape');
    expect(document.activeElement).toBe(handles()[2]);
    press(document.activeElement as HTMLElement, 'Delete');
    expect(names()).toEqual(['lr', 'depth']);
    expect(document.activeElement).toBe(handles()[1]);
    press(document.activeElement as HTMLElement, 'ArrowUp');
    expect(document.activeElement).toBe(handles()[0]);
    expect(seen).toEqual([]);
  });

  it('keeps what was typed when a parameter becomes another kind', () => {
    const kind = byLabel<HTMLSelectElement>('kind of lr');
    for (const value of ['linspace', 'list']) {
      kind.value = value;
      kind.dispatchEvent(new Event('change'));
    }
    expect(byLabel<HTMLTextAreaElement>('values of lr').value).toBe('0.1');
  });

  it('says what is wrong as text, at its place', () => {
    model.kernel('facts', {
      ...FACTS,
      count: null,
      rows: { p0: { error: '<img src=x onerror=alert(1)>', field: 'text', line: 1, column: 5 } }
    });
    expect(grid.node.textContent).toContain('Column 5: <img src=x onerror=alert(1)>');
    expect(grid.node.querySelector('img')).toBeNull();
    expect(grid.node.textContent).toContain('1 parameter to mend');
    expect(grid.node.querySelector<HTMLButtonElement>('.cb-mod-primary')?.disabled).toBe(true);
  });

  it('runs what was typed last, and says when no kernel answers', () => {
    type(byLabel<HTMLTextAreaElement>('values of lr'), '7');
    grid.node.querySelector<HTMLButtonElement>('.cb-mod-primary')?.click();
    expect(spec().parameters?.[0]?.text).toBe('7');
    expect(model.sent).toEqual([{ kind: 'run' }]);
    jest.advanceTimersByTime(5000);
    expect(grid.node.textContent).toContain('The kernel does not answer');
    model.answer({ kind: 'refused', message: 'bound to nothing' });
    expect(grid.node.textContent).toContain('bound to nothing');
    expect(grid.node.textContent).not.toContain('does not answer');
  });

  it('shows how a run goes on, and its end', () => {
    model.kernel('progress', {
      run: 'r1',
      live: true,
      total: 10,
      ended: 4,
      counts: { succeeded: 3, failed: 1, queued: 6 },
      seconds: 2,
      left: 3
    });
    expect(grid.node.textContent).toContain('4 of 10 · 1 failed · 2.0 s · about 3.0 s left');
    expect(byLabel('Run r1').getAttribute('aria-valuenow')).toBe('40');
    model.kernel('progress', {
      run: 'r1',
      live: false,
      total: 10,
      ended: 10,
      counts: { succeeded: 9, failed: 1 },
      seconds: 5
    });
    expect(grid.node.textContent).toContain('9 succeeded · 1 failed · 5.0 s');
  });

  it('points at the place where an import fails', () => {
    const text = byLabel<HTMLTextAreaElement>('the grid as text');
    type(text, '-p a=[1]\n-p b=[2');
    const imports = [...grid.node.querySelectorAll('button')].find(
      one => one.textContent === 'Import'
    );
    imports?.click();
    expect(model.sent).toEqual([{ kind: 'import', format: 'options', text: '-p a=[1]\n-p b=[2' }]);
    model.answer({ kind: 'imported', message: 'never closed', line: 2, column: 6 });
    expect(grid.node.textContent).toContain('Line 2, column 6: never closed');
    expect(text.selectionStart).toBe(14);
    model.answer({ kind: 'imported' });
    expect(text.value).toBe('-p lr=[0.1]');
  });

  it('has constraints that keys add and remove', () => {
    [...grid.node.querySelectorAll('button')]
      .find(one => one.textContent === 'Add a constraint')
      ?.click();
    const field = byLabel<HTMLInputElement>('constraint 1');
    expect(document.activeElement).toBe(field);
    type(field, 'lr > 0');
    press(field, 'Enter');
    expect(spec().where).toBeUndefined();
    jest.runOnlyPendingTimers();
    expect(spec().where).toEqual(['lr > 0', '']);
    press(byLabel('constraint 2'), 'Backspace');
    jest.runOnlyPendingTimers();
    expect(spec().where).toEqual(['lr > 0']);
  });

  it('opens the results, and asks for them where there are none yet', () => {
    model.kernel('progress', {
      run: 'r1',
      live: false,
      total: 4,
      ended: 4,
      counts: { succeeded: 4 }
    });
    [...grid.node.querySelectorAll('button')].find(one => one.textContent === 'Results')?.click();
    expect(model.sent).toEqual([{ kind: 'look' }]);
    model.kernel('points', POINTS);
    expect(grid.node.querySelectorAll('.cb-TaskList tbody tr')).toHaveLength(4);
  });

  it('lets go of everything', () => {
    type(byLabel<HTMLTextAreaElement>('values of lr'), '9');
    grid.dispose();
    expect(spec().parameters?.[0]?.text).toBe('9');
    expect(model.heard).toBe(0);
  });

  it('survives a model with nonsense in it', () => {
    const odd = new Grid(
      new FakeModel({ spec: 3, facts: null, points: [], progress: 'x', label: {} })
    );
    expect(odd.node.textContent).toContain('No parameters yet');
    odd.dispose();
  });
});
