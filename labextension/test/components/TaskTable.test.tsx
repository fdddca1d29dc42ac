import { fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';

import type { TaskRow } from '../../src/api/client';
import { TaskTable, type TaskTableProps } from '../../src/components/TaskTable';
import { columnsOf, namesOf, NO_NAMES } from '../../src/model/columns';
import { taskRow } from '../builders';

const COLUMNS = columnsOf(['lr', 'depth'], {
  values: [],
  metrics: ['acc'],
  scalar: true,
  repeated: true,
  files: false
});
const done = jest.fn();

beforeEach(() => {
  done.mockClear();
  for (const name of ['clientHeight', 'clientWidth'] as const) {
    jest.spyOn(Element.prototype, name, 'get').mockReturnValue(520);
  }
  jest.spyOn(Element.prototype, 'scrollHeight', 'get').mockReturnValue(100_002 * 26);
  HTMLElement.prototype.scrollTo = function (this: HTMLElement, to?: unknown): void {
    if (typeof to === 'object' && to !== null && 'top' in to) {
      this.scrollTop = Number(to.top);
    }
  };
});

afterEach(() => {
  jest.restoreAllMocks();
});

function show(changes: Partial<TaskTableProps> = {}): void {
  const tell =
    (name: string) =>
    (...args: unknown[]): void => {
      done(name, ...args);
    };
  render(
    <TaskTable
      columns={COLUMNS}
      total={100_000}
      version={1}
      row={place => taskRow(place)}
      sort="index"
      order="asc"
      round=""
      chosen={new Set([2])}
      open={null}
      onSort={tell('sort')}
      onShow={tell('show')}
      onChoose={tell('choose')}
      onOpen={tell('open')}
      {...changes}
    />
  );
}

const rows = (): HTMLElement[] => screen.getAllByRole('row').slice(1);
const press = (key: string, more: object = {}): void => {
  fireEvent.keyDown(screen.getByRole('grid'), { key, ...more });
};

describe('TaskTable', () => {
  it('has only the rows in view of a hundred thousand', () => {
    show();
    expect(rows().length).toBeGreaterThan(15);
    expect(rows().length).toBeLessThan(40);
    expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('100001');
    expect(done).toHaveBeenCalledWith('show', 0, expect.any(Number));
  });

  it('puts numbers, and the titles above them, at the right', () => {
    show({ row: place => taskRow(place, { params: { lr: 0.1, depth: 'deep' } }) });
    const right = (role: string): (string | null)[] =>
      screen
        .getAllByRole(role)
        .filter(each => each.classList.contains('cb-mod-number'))
        .map(each => each.textContent);
    const titles = ['Task', 'lr', 'Value', 'acc', 'Time', 'Memory', 'Attempt'];
    expect(right('columnheader')).toEqual(titles);
    expect(right('gridcell').slice(0, 3)).toEqual(['0', '0.1', '0.5']);
  });

  it('marks tasks whose result was taken over', () => {
    show({ row: place => taskRow(place, place === 1 ? { cached: '0000002-aaaa/7' } : {}) });
    const marks = screen.getAllByRole('img', { name: 'taken from run 0000002-aaaa, task 7' });
    expect(marks).toHaveLength(1);
  });

  it('counts files where a task has some', () => {
    const names = namesOf(NO_NAMES, [taskRow(0, { files: [{ path: 'a', size: 1 }] })]);
    show({ columns: columnsOf([], names) });
    expect(screen.getByRole('columnheader', { name: 'Files' })).toBeTruthy();
    expect(columnsOf([], NO_NAMES).some(({ kind }) => kind === 'files')).toBe(false);
  });

  it('has one column for values that are what the run is judged by', () => {
    const titles = (...tasks: readonly TaskRow[]): string[] =>
      columnsOf([], namesOf(NO_NAMES, tasks))
        .filter(({ kind }) => kind === 'value' || kind === 'metric')
        .map(({ kind, name }) => `${kind}:${name}`);
    const judged = taskRow(0, { summary: 0.5, metrics: { value: 0.5, acc: 1 } });
    expect(titles(judged, taskRow(1, { summary: null, metrics: null }))).toEqual([
      'value:',
      'metric:acc'
    ]);
    const running = taskRow(1, { summary: null, metrics: { value: 0.7 } });
    expect(titles(judged, running)).toContain('metric:value');
    const other = taskRow(1, { summary: 0.6, metrics: { value: 0.7 } });
    expect(titles(judged, other)).toContain('metric:value');
    expect(titles(taskRow(0, { summary: { a: 1 }, metrics: { value: 1 } }))).toEqual([
      'value:a',
      'metric:value'
    ]);
  });

  it('says what a task has in each column', () => {
    show({
      row: place =>
        taskRow(place, { seconds: 75, peak_rss: 81_000_000, attempt: 2, params: {}, summary: 0.25 })
    });
    const texts = Array.from(rows()[3]?.querySelectorAll('[role=gridcell]') ?? [], cell =>
      cell.textContent?.trim()
    );
    expect(texts).toEqual([
      '',
      '3',
      'Succeeded',
      '',
      '',
      '0.25',
      '0.9',
      '1m 15s',
      '81 MB',
      '2',
      'w3'
    ]);
  });

  it('shows names and values as texts, whatever is in them', () => {
    const evil = '<img src=x onerror=alert(1)>';
    show({ row: place => taskRow(place, { worker: evil, summary: evil }) });
    expect(screen.getAllByText(evil).length).toBeGreaterThan(0);
    expect(document.querySelector('img')).toBeNull();
  });

  it('shows the error of a task in place of its value', () => {
    const error = { ename: 'ValueError', evalue: 'no such thing' };
    show({ row: place => taskRow(place, { state: 'failed', summary: null, error }) });
    expect(screen.getAllByText('ValueError: no such thing').length).toBeGreaterThan(0);
  });

  it('sorts by the column that is pressed, and the other way when it is pressed again', () => {
    show();
    fireEvent.click(screen.getByRole('button', { name: 'lr' }));
    fireEvent.click(screen.getByRole('button', { name: 'Task' }));
    expect(done.mock.calls.filter(([name]) => name === 'sort')).toEqual([
      ['sort', 'param:lr', 'asc'],
      ['sort', 'index', 'desc']
    ]);
    const [, index] = screen.getAllByRole('columnheader');
    expect(index?.getAttribute('aria-sort')).toBe('ascending');
  });

  it('is worked with keys: down, open, choose', () => {
    show();
    press('ArrowDown');
    press('ArrowDown');
    expect(document.getElementById(active())?.getAttribute('aria-rowindex')).toBe('4');
    press('Enter');
    press(' ');
    press(' ', { shiftKey: true });
    expect(done).toHaveBeenCalledWith('open', 2);
    expect(done).toHaveBeenCalledWith('choose', 2, false);
    expect(done).toHaveBeenCalledWith('choose', 2, true);
    press('ArrowUp');
    press('Home');
    expect(active()).toMatch(/-0$/);
    press('End');
    fireEvent.scroll(screen.getByRole('grid'));
    expect(active()).toMatch(/-99999$/);
  });

  it('opens the task that is clicked, and chooses it by its box without opening it', () => {
    show();
    fireEvent.click(screen.getByLabelText('Choose task 3'));
    expect(done).toHaveBeenCalledWith('choose', 3, false);
    expect(done).not.toHaveBeenCalledWith('open', 3);
    fireEvent.click(rows()[4] ?? document.body);
    expect(done).toHaveBeenCalledWith('open', 4);
    expect(rows()[2]?.getAttribute('aria-selected')).toBe('true');
  });

  it('has a place for a row that is not known yet', () => {
    show({ row: place => (place < 2 ? taskRow(place) : undefined) });
    fireEvent.click(rows()[5] ?? document.body);
    expect(done).not.toHaveBeenCalledWith('open', expect.anything());
  });
});

function active(): string {
  return screen.getByRole('grid').getAttribute('aria-activedescendant') ?? '';
}
