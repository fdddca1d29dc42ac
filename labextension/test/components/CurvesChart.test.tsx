import { fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';

import { axisOf, spansDecades } from '../../src/components/curveAxis';
import { drawnCurve, frameOf, nearestCurve } from '../../src/components/curveDrawing';
import { CurvesChart, type CurvesChartProps } from '../../src/components/CurvesChart';
import { CurvesControls } from '../../src/components/CurvesControls';
import type { ICurve } from '../../src/model/curveRows';

const HTML = '<img src=x onerror=alert(1)>';
const opened = jest.fn();

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

const CURVES = [
  curve(0, [4, 2, 1]),
  curve(1, [3.9], { state: 'pruned' }),
  curve(5, [3, 2.5], { state: 'running' })
];

beforeEach(() => {
  opened.mockClear();
  jest.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(600);
});

afterEach(() => {
  jest.restoreAllMocks();
});

function show(changes: Partial<CurvesChartProps> = {}): HTMLElement {
  const props = { curves: CURVES, metric: 'loss', logarithmic: false, best: 0, height: 300 };
  return render(<CurvesChart {...props} onOpen={opened} {...changes} />).container;
}

describe('axisOf', () => {
  it('has round ticks inside its values, and places values evenly', () => {
    const axis = axisOf([0.03, 0.97], 0, 100, 5);
    expect(axis.ticks).toEqual([0.2, 0.4, 0.6, 0.8]);
    expect(axis.place(0.03)).toBe(0);
    expect(axis.place(0.5)).toBeCloseTo(50);
  });

  it('has powers of ten, and more of few', () => {
    expect(axisOf([0.001, 1000], 0, 60, 6, true).ticks).toEqual([
      0.001, 0.01, 0.1, 1, 10, 100, 1000
    ]);
    expect(axisOf([0.9, 6], 0, 60, 4, true).ticks).toEqual([1, 2, 5]);
    expect(axisOf([0.1, 10], 0, 60, 4, true).has(-1)).toBe(false);
  });

  it('has room for one value, and for none', () => {
    expect(axisOf([7], 0, 100, 4).place(7)).toBeCloseTo(50);
    expect(axisOf([], 0, 100, 4).ticks.length).toBeGreaterThan(0);
    expect(axisOf([0], 0, 100, 4, true).ticks.length).toBeLessThan(20);
  });

  it('sees what spans decades', () => {
    expect(spansDecades([0.1, 500])).toBe(true);
    expect(spansDecades([-0.1, 500])).toBe(false);
    expect(spansDecades([])).toBe(false);
  });
});

describe('drawnCurve', () => {
  it('leaves a gap where a value is no number', () => {
    const frame = frameOf(CURVES, 600, 300, false);
    const drawn = drawnCurve(curve(0, [4, null, 2, 1]), frame);
    expect(drawn.path.match(/[ML]/g)?.join('')).toBe('MML');
    expect(drawn.points.map(({ place }) => place)).toEqual([0, 2, 3]);
  });

  it('is found where it passes, and not from afar', () => {
    const frame = frameOf(CURVES, 600, 300, false);
    const drawn = CURVES.map(each => drawnCurve(each, frame));
    const { x, y } = drawn[2]?.points[1] ?? { x: 0, y: 0 };
    expect(nearestCurve(drawn, x + 3, y, 20)).toEqual({ task: 5, place: 1 });
    expect(nearestCurve(drawn, x, y + 500, 20)).toBeNull();
  });
});

describe('CurvesChart', () => {
  it('has a line for each task, the pruned behind, the best in front', () => {
    const container = show();
    const lines = [...container.querySelectorAll('.cb-CurveLine')].map(line => line.classList[1]);
    expect(lines).toEqual(['cb-mod-pruned', 'cb-mod-running', 'cb-mod-succeeded']);
    expect(container.querySelector('.cb-mod-best .cb-CurveLine-line')).not.toBeNull();
    expect(screen.getAllByRole('option').map(line => line.getAttribute('aria-label'))).toEqual([
      'Task 1: Pruned · step 1 · loss 3.9',
      'Task 5: Running · step 2 · loss 2.5',
      'Task 0: Succeeded · step 3 · loss 1'
    ]);
  });

  it('names the task that is pointed at, and opens it', () => {
    const container = show({ describe: task => `rate=${task}` });
    const chart = screen.getByRole('listbox');
    fireEvent.mouseMove(chart, { clientX: 586, clientY: 262 });
    expect(container.querySelector('.cb-Tip')?.textContent).toBe(
      'Task 0: Succeeded · step 3 · loss 1 · rate=0'
    );
    fireEvent.click(chart);
    expect(opened).toHaveBeenCalledWith(0);
    fireEvent.mouseLeave(chart);
    expect(container.querySelector('.cb-Tip')).toBeNull();
  });

  it('is walked through with the keys', () => {
    show();
    const chart = screen.getByRole('listbox');
    for (const key of ['End', 'ArrowUp', 'Enter']) {
      fireEvent.keyDown(chart, { key });
    }
    expect(opened).toHaveBeenCalledWith(1);
    const active = chart.getAttribute('aria-activedescendant') ?? '';
    expect(document.getElementById(active)?.getAttribute('aria-selected')).toBe('true');
  });

  it('is a picture of one task', () => {
    const props = { curves: CURVES.slice(0, 1), metric: HTML, logarithmic: true, best: null };
    const { container } = render(<CurvesChart {...props} height={200} />);
    expect(screen.getByRole('img').getAttribute('aria-label')).toContain('step by step');
    expect(container.querySelector('img')).toBeNull();
    expect(screen.queryByRole('option')).toBeNull();
  });
});

describe('CurvesControls', () => {
  const controls = (changes: object = {}): string => {
    const props = {
      curves: CURVES,
      metric: 'loss',
      metrics: ['loss', 'score'],
      logarithmic: false,
      choose: 'newest' as const,
      highest: false,
      isJudged: true,
      best: 0,
      total: 3,
      onChange: opened
    };
    return render(<CurvesControls {...props} {...changes} />).container.textContent ?? '';
  };

  it('says what the marks mean', () => {
    const text = controls();
    expect(text).toContain('best: task 0');
    expect(text).toContain('1 running');
    expect(text).toContain('1 pruned');
    expect(text).not.toContain('Shown');
    fireEvent.change(screen.getByLabelText('Metric'), { target: { value: 'score' } });
    expect(opened).toHaveBeenCalledWith({ metric: 'score' });
    fireEvent.change(screen.getByLabelText('Scale'), { target: { value: 'log' } });
    expect(opened).toHaveBeenCalledWith({ logarithmic: true });
  });

  it('says that it shows some of many, and lets one choose which', () => {
    const text = controls({ total: 1234, isJudged: false });
    expect(text).toContain('3 of 1,234 curves');
    fireEvent.change(screen.getByLabelText('Shown'), { target: { value: 'best' } });
    expect(opened).toHaveBeenCalledWith({ choose: 'best' });
    fireEvent.change(screen.getByLabelText('Best'), { target: { value: 'highest' } });
    expect(opened).toHaveBeenCalledWith({ highest: true });
  });
});
