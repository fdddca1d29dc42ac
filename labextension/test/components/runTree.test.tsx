import { act, fireEvent, render, screen } from '@testing-library/react';
import axe from 'axe-core';
import * as React from 'react';

import type { RunRow } from '../../src/api/client';
import { RunTree, type RunTreeProps } from '../../src/components/RunTree';
import { dayOf, grouped, linesOf } from '../../src/model/runGroups';
import { counts, endedRow, runId, runRow, T0 } from '../builders';

const now = T0 + 100;
const acts = {
  onExpand: jest.fn(),
  onToggleGroup: jest.fn(),
  onLoadMore: jest.fn(),
  onOpen: jest.fn()
};

beforeEach(() => {
  jest.clearAllMocks();
  for (const name of ['clientHeight', 'clientWidth'] as const) {
    jest.spyOn(Element.prototype, name, 'get').mockReturnValue(600);
  }
  Element.prototype.scrollTo = () => undefined;
  HTMLCanvasElement.prototype.getContext = () => null;
});

afterEach(() => jest.restoreAllMocks());

function tree(rows: readonly RunRow[], changes: Partial<RunTreeProps> = {}): React.JSX.Element {
  return (
    <RunTree
      lines={linesOf(grouped(rows, 'notebook'), new Set())}
      hasMore={false}
      expanded={null}
      isCompact={false}
      now={now}
      today={dayOf(now)}
      isDayKnown={false}
      renderDetail={run => <p>{`detail of ${run}`}</p>}
      {...acts}
      {...changes}
    />
  );
}

const item = (name: RegExp): HTMLElement => screen.getByRole('treeitem', { name });
const press = (key: string, more: object = {}): void => {
  act(() => {
    fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
  });
};

describe('RunTree', () => {
  it('marks a run that another computer has started', () => {
    render(tree([runRow(1, { elsewhere: true }), runRow(0)]));
    expect(screen.getAllByRole('img', { name: 'started on another computer' })).toHaveLength(1);
    expect(item(/fit\(1\).*started on another computer/)).toBeTruthy();
  });

  it('shows a run with its name or code, target, progress and times', () => {
    render(tree([runRow(1, { eta: 40, target: 'gpu' }), endedRow(0, { name: 'baseline' })]));
    const running = item(/fit\(1\)/);
    expect(running).toHaveProperty('dataset.run', runId(1));
    expect(running.textContent).toContain('37/50 · 2 failed · 1m 38s · ~40s left');
    expect(running.textContent).toContain('gpu');
    expect(running.querySelectorAll('.cb-StateBar-part')).toHaveLength(4);
    expect(item(/baseline/).textContent).toContain('50/50 · 1m 12s');
  });

  it('shows what it costs where that is known, and what it waits for', () => {
    const meter = { base: 0.12 - (1.5 * now) / 3600, rate: 1.5, fresh: [] };
    const waiting = runRow(1, { state: 'queued', started: null, reason: 'no free worker', meter });
    const { rerender } = render(tree([waiting]));
    expect(item(/fit/).textContent).toContain('$0.12, $1.50/h');
    expect(item(/fit/).textContent).toContain('no free worker');
    rerender(tree([waiting], { now: now + 1800 }));
    expect(item(/fit/).textContent).toContain('$0.87');
    rerender(tree([endedRow(1, { meter: { base: 0.0042, rate: 0, fresh: [] } })]));
    expect(item(/fit/).textContent).toContain('· $0.0042');
  });

  it('takes names as text', () => {
    render(tree([runRow(1, { name: '<img src=x onerror=alert(1)>' })]));
    expect(document.querySelector('img')).toBeNull();
    expect(item(/onerror/).textContent).toContain('<img src=x onerror=alert(1)>');
  });

  it('draws of a thousand runs only what is in view, and asks for more near the end', () => {
    const rows = Array.from({ length: 1000 }, (_, step) => endedRow(1000 - step));
    const { rerender } = render(tree(rows, { hasMore: true }));
    expect(screen.getAllByRole('treeitem').length).toBeLessThan(40);
    expect(acts.onLoadMore).not.toHaveBeenCalled();
    rerender(tree(rows.slice(0, 30), { hasMore: true }));
    expect(acts.onLoadMore).toHaveBeenCalled();
  });

  it('is moved through with the keyboard', () => {
    const other = { notebook: 'other.ipynb' };
    render(tree([endedRow(4), endedRow(3), endedRow(2, other), endedRow(1, other)]));
    const stops = screen.getAllByRole('treeitem').filter(each => each.tabIndex === 0);
    expect(stops).toHaveLength(1);
    act(() => stops[0]?.focus());
    press('ArrowDown');
    expect(document.activeElement).toBe(item(/fit\(4\)/));
    press('End');
    expect(document.activeElement).toBe(item(/fit\(1\)/));
    press('ArrowUp');
    expect(document.activeElement).toBe(item(/fit\(2\)/));
    press('ArrowLeft');
    expect(document.activeElement?.textContent).toContain('other.ipynb');
    press('ArrowLeft');
    expect(acts.onToggleGroup).toHaveBeenCalledWith('other.ipynb');
    press('Home');
    expect(document.activeElement?.textContent).toContain('study.ipynb');
    press('ArrowRight');
    press('Enter');
    expect(acts.onOpen).toHaveBeenCalledWith(runId(4));
    press(' ');
    expect(acts.onExpand).toHaveBeenCalledWith(runId(4));
  });

  it.each([
    ['ContextMenu', {}],
    ['F10', { shiftKey: true }]
  ])('opens its menu with %s', (key, more) => {
    render(tree([endedRow(1)]));
    const asked = jest.fn();
    document.addEventListener('contextmenu', asked, { once: true });
    act(() => item(/fit/).focus());
    press(key, more);
    expect(asked).toHaveBeenCalledTimes(1);
    expect((asked.mock.calls as [MouseEvent][])[0]?.[0].target).toBe(item(/fit/));
  });

  it('shows a detail below a run, where keys are its own', () => {
    render(
      tree([endedRow(1)], { expanded: runId(1), renderDetail: () => <input title={'Note'} /> })
    );
    const field = screen.getByRole('textbox');
    expect(item(/fit/).getAttribute('aria-expanded')).toBe('true');
    act(() => field.focus());
    press('Enter');
    press('ArrowDown');
    expect(acts.onOpen).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(field);
    fireEvent.click(screen.getByText('50/50 · 1m 12s'));
    expect(acts.onExpand).toHaveBeenCalledWith(null);
  });

  it('opens a tab by its button, and by a double click', () => {
    render(tree([endedRow(1)]));
    fireEvent.click(screen.getByRole('button', { name: 'Open fit(1) in a tab' }));
    expect(acts.onOpen).toHaveBeenCalledTimes(1);
    expect(acts.onExpand).not.toHaveBeenCalled();
    fireEvent.doubleClick(screen.getByText('fit(1)'));
    expect(acts.onOpen).toHaveBeenCalledTimes(2);
  });

  it.each([[false], [true]])('has no fault that axe finds (compact: %s)', async isCompact => {
    const single = runRow(2, { single: true, counts: counts({ running: 1 }) });
    const { container } = render(
      tree([single, endedRow(1)], { isCompact, expanded: runId(1), hasMore: true })
    );
    const { violations } = await axe.run(container, {
      rules: { region: { enabled: false }, 'color-contrast': { enabled: false } }
    });
    expect(violations.map(({ id, nodes }) => [id, nodes.map(node => node.html)])).toEqual([]);
  });
});
