import { fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';

import { layoutOf, taskAfterKey, taskAt } from '../../src/components/matrixLayout';
import { MatrixPainter } from '../../src/components/matrixPainter';
import { TaskMatrix } from '../../src/components/TaskMatrix';
import { decodeStates } from '../../src/model/states';

const opened = jest.fn();
const drawn: number[][] = [];
const context = {
  canvas: null,
  drawImage: (_: unknown, ...args: number[]) => drawn.push(args),
  clearRect: jest.fn(),
  fillRect: jest.fn(),
  strokeRect: jest.fn(),
  save: jest.fn(),
  restore: jest.fn(),
  translate: jest.fn(),
  beginPath: jest.fn(),
  moveTo: jest.fn(),
  lineTo: jest.fn(),
  stroke: jest.fn(),
  fill: jest.fn()
};

beforeEach(() => {
  opened.mockClear();
  drawn.length = 0;
  jest.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(260);
  HTMLCanvasElement.prototype.getContext = jest.fn(() => context) as never;
});

afterEach(() => {
  jest.restoreAllMocks();
});

const states = decodeStates({ count: 50, states: '37s2f4r7q' });

function show(): HTMLElement {
  render(
    <TaskMatrix
      states={states}
      open={null}
      theme={0}
      maxHeight={190}
      describe={task => `lr = ${task}`}
      onOpen={opened}
    />
  );
  return screen.getByRole('grid');
}

describe('layoutOf', () => {
  it('gives few tasks large cells and many tasks small ones that are scrolled', () => {
    expect(layoutOf(1, 900, 190, 1)).toMatchObject({ cell: 26, rows: 1 });
    expect(layoutOf(50, 900, 190, 1)).toMatchObject({ cell: 26, columns: 30, rows: 2 });
    const large = layoutOf(100_000, 900, 190, 1);
    expect(large).toMatchObject({ cell: 6, columns: 150 });
    expect(large.rows * large.columns).toBeGreaterThanOrEqual(100_000);
    expect(layoutOf(3000, 250, 84, 1).columns).toBeLessThanOrEqual(41);
  });

  it('has whole device pixels, so that places do not drift', () => {
    const { cell } = layoutOf(100_000, 900, 190, 1.5);
    expect(cell * 1.5).toBe(Math.round(cell * 1.5));
  });

  it('finds the task at a place', () => {
    const layout = layoutOf(50, 260, 190, 1);
    expect(layout.columns).toBe(10);
    expect(taskAt(layout, 27, 53)).toBe(21);
    expect(taskAt(layout, 261, 5)).toBeNull();
    expect(taskAt(layout, 5, 26 * 5 + 1)).toBeNull();
    expect(taskAt(layout, -1, 5)).toBeNull();
  });

  it('is walked with keys and not left by them', () => {
    const layout = layoutOf(45, 260, 190, 1);
    const after = (from: number, key: string): number | null => taskAfterKey(layout, from, key, 2);
    expect(after(0, 'ArrowLeft')).toBe(0);
    expect(after(0, 'ArrowUp')).toBe(0);
    expect(after(4, 'ArrowDown')).toBe(14);
    expect(after(37, 'ArrowDown')).toBe(37);
    expect(after(4, 'PageDown')).toBe(24);
    expect(after(37, 'PageDown')).toBe(44);
    expect(after(7, 'PageUp')).toBe(0);
    expect(after(7, 'End')).toBe(44);
    expect(after(7, 'Home')).toBe(0);
    expect(after(44, 'ArrowRight')).toBe(44);
    expect(after(4, 'x')).toBeNull();
  });
});

describe('TaskMatrix', () => {
  it('tells the task and its state where keys have moved to, and opens it', () => {
    const grid = show();
    expect(grid.getAttribute('aria-label')).toBe('50 tasks');
    expect(screen.getByRole('gridcell').getAttribute('aria-label')).toBe(
      'Task 0: Succeeded · lr = 0'
    );
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'End', 'ArrowUp', 'ArrowLeft']) {
      fireEvent.keyDown(grid, { key });
    }
    const cell = screen.getByRole('gridcell');
    expect(cell.getAttribute('aria-label')).toBe('Task 38: Failed · lr = 38');
    expect(grid.getAttribute('aria-activedescendant')).toBe(cell.id);
    fireEvent.keyDown(grid, { key: 'Enter' });
    expect(opened).toHaveBeenCalledWith(38);
  });

  it('leaves keys alone that belong to the page', () => {
    const grid = show();
    expect(fireEvent.keyDown(grid, { key: 'ArrowDown', ctrlKey: true })).toBe(true);
    expect(fireEvent.keyDown(grid, { key: 'Tab' })).toBe(true);
    expect(fireEvent.keyDown(grid, { key: 'ArrowDown' })).toBe(false);
  });

  it('tells what is pointed at, and opens what is clicked', () => {
    show();
    const field = screen.getByRole('row');
    fireEvent.mouseMove(field, { clientX: 53, clientY: 27 });
    expect(screen.getByText('Task 12: Succeeded · lr = 12')).toBeTruthy();
    fireEvent.click(field, { clientX: 53, clientY: 27 });
    expect(opened).toHaveBeenCalledWith(12);
    fireEvent.mouseLeave(field);
    expect(screen.queryByText('Task 12: Succeeded · lr = 12')).toBeNull();
  });
});

describe('MatrixPainter', () => {
  const layout = layoutOf(100_000, 900, 180, 1);
  const view = { top: 0, width: 900, height: 180 };
  let painter: MatrixPainter;

  beforeEach(() => {
    const canvas = document.createElement('canvas');
    document.body.appendChild(canvas);
    painter = new MatrixPainter(canvas);
  });

  const many = decodeStates({ count: 100_000, states: '100000s' });

  it('draws the cells in view only', () => {
    painter.paint(many, layout, view, 0);
    expect(drawn.length).toBe(30 * 150);
  });

  it('draws only what has changed', () => {
    painter.paint(many, layout, view, 0);
    drawn.length = 0;
    painter.paint(many, layout, view, 0);
    expect(drawn.length).toBe(0);
    const changed = many.slice();
    changed[151] = 3;
    changed[99_999] = 3;
    painter.paint(changed, layout, view, 0);
    expect(drawn.map(args => args.slice(4, 6))).toEqual([[6, 6]]);
    expect(drawn[0]?.[0]).toBe(3 * 6);
  });

  it('draws only the rows that come into view', () => {
    painter.paint(many, layout, view, 0);
    drawn.length = 0;
    painter.paint(many, layout, { ...view, top: 12 }, 0);
    expect(drawn.length).toBe(1 + 2 * 150); // what was there is moved
    drawn.length = 0;
    painter.paint(many, layout, { ...view, top: 5000 * 0.6 }, 0);
    expect(drawn.length).toBe(30 * 150);
  });

  it('draws all of it anew in other colours', () => {
    painter.paint(many, layout, view, 0);
    drawn.length = 0;
    painter.paint(many, layout, view, 1);
    expect(drawn.length).toBe(30 * 150);
  });
});
