import { render, screen, within } from '@testing-library/react';
import { fireEvent } from '@testing-library/dom';
import * as React from 'react';

import type { TaskDetail } from '../../src/api/client';
import { Attempts } from '../../src/components/Attempts';
import { Clipped } from '../../src/components/Clipped';
import { pathOf, thinned } from '../../src/components/curve';
import { FileList } from '../../src/components/FileList';
import { ResourceCurve } from '../../src/components/ResourceCurve';
import { StyledText } from '../../src/components/StyledText';
import { TaskHead } from '../../src/components/TaskHead';
import { Traceback } from '../../src/components/Traceback';
import { ValueTable } from '../../src/components/ValueTable';
import { screenLines } from '../../src/model/screen';
import { T0, taskDetail } from '../builders';

const LABEL = 'Parameters';
const HTML = '<img src=x onerror=alert(1)>';

function textOf(element: Element): string {
  return element.textContent ?? '';
}

describe('StyledText', () => {
  const [line] = screenLines(`ab\x1b[31mcd${HTML}\x1b[0m`);
  if (line === undefined) {
    throw new Error('no line');
  }

  it('shows colours, and text as text', () => {
    const { container } = render(<StyledText line={line} />);
    expect(container.textContent).toBe(`abcd${HTML}`);
    expect(container.querySelector('img')).toBeNull();
    expect(container.querySelector('.ansi-red-fg')?.textContent).toBe(`cd${HTML}`);
  });

  it('marks what was found, across colours', () => {
    const match = { line: 0, start: 1, end: 3 };
    const { container } = render(<StyledText line={line} matches={[match]} current={match} />);
    expect([...container.querySelectorAll('mark')].map(mark => mark.textContent)).toEqual([
      'b',
      'c'
    ]);
    expect(container.querySelector('mark')?.className).toContain('cb-mod-current');
    expect(container.textContent).toBe(`abcd${HTML}`);
  });
});

describe('Clipped', () => {
  it('shows more of a long text when asked, and never all of a very long one', () => {
    const { container } = render(<Clipped text={'x'.repeat(1_000_000)} most={10} />);
    expect(textOf(container).length).toBeLessThan(40);
    fireEvent.click(screen.getByRole('button'));
    expect(container.textContent).toContain('1,000,000');
    expect(textOf(container).length).toBeLessThan(200_000);
  });
});

describe('Traceback', () => {
  it('says the error and the places in the code of the user first', () => {
    const onCopy = jest.fn();
    const { container } = render(
      <Traceback
        error={{ ename: 'ValueError', evalue: HTML }}
        frames={[{ filename: '/home/me/study.py', line: 7, name: 'fit' }]}
        lines={screenLines('Traceback\n  \x1b[31mValueError\x1b[0m')}
        onCopy={onCopy}
      />
    );
    expect(container.querySelector('img')).toBeNull();
    const text = textOf(container);
    expect(text.indexOf('ValueError: <img')).toBeLessThan(text.indexOf('study.py:7'));
    expect(text.indexOf('study.py:7')).toBeLessThan(text.indexOf('Traceback\n'));
    fireEvent.click(screen.getByRole('button', { name: 'Copy' }));
    expect(onCopy).toHaveBeenCalled();
  });

  it('shows the end of a long one, and the rest when asked', () => {
    const lines = screenLines(Array.from({ length: 1000 }, (_, n) => `line ${n}`).join('\n'));
    const { container } = render(
      <Traceback error={null} frames={[]} lines={lines} onCopy={jest.fn()} />
    );
    expect(container.textContent).toContain('line 999');
    expect(container.textContent).not.toContain('line 5\n');
    fireEvent.click(screen.getByRole('button', { name: 'Show 600 lines before' }));
    expect(container.textContent).toContain('line 5\n');
  });
});

describe('Attempts', () => {
  const attempt: TaskDetail['attempts'][number] = {
    generation: 1,
    attempt: 1,
    outcome: 'lost',
    worker: 'w1',
    started: T0,
    ended: T0 + 2,
    message: 'killed by signal 9'
  };

  it('are there with outcome, worker, time and message, newest first', () => {
    const second = { ...attempt, attempt: 2, outcome: '' as const, ended: null, message: '' };
    render(<Attempts attempts={[attempt, second]} now={T0 + 90} />);
    const rows = screen.getAllByRole('row').slice(1);
    expect(
      rows.map(
        row =>
          within(row)
            .getAllByRole('cell')
            .map(cell => cell.textContent)[0]
      )
    ).toEqual(['Running', 'Lost']);
    expect(rows[1]?.textContent).toContain('w1');
    expect(rows[1]?.textContent).toContain('2.0s');
    expect(rows[1]?.textContent).toContain('killed by signal 9');
    expect(rows[0]?.textContent).toContain('1m 30s');
  });

  it('say the generation where there is more than one', () => {
    render(<Attempts attempts={[attempt, { ...attempt, generation: 2 }]} now={T0} />);
    expect(screen.getAllByRole('rowheader').map(cell => cell.textContent)).toEqual(['2.1', '1.1']);
  });
});

describe('ValueTable', () => {
  it('shows values as Python writes them', () => {
    render(<ValueTable values={{ lr: 0.1, name: HTML, none: null, deep: [true] }} label={LABEL} />);
    const cells = screen.getAllByRole('cell').map(cell => cell.textContent);
    expect(cells).toEqual(['0.1', `'${HTML}'`, 'None', '[True]']);
  });
});

describe('TaskHead', () => {
  const calls = {
    reason: '',
    onCancel: jest.fn(),
    onRetryFailed: jest.fn(),
    onCopyParams: jest.fn(),
    onOpenTask: jest.fn()
  };
  const buttons = (): (string | null)[] =>
    screen.getAllByRole('button').map(button => button.textContent);

  it('says where a result comes from that was taken over, and leads there', () => {
    const cached = '0000002-aaaa/7';
    render(<TaskHead detail={taskDetail(3, { cached })} now={T0} {...calls} />);
    fireEvent.click(screen.getByRole('button', { name: 'taken from run 0000002-aaaa, task 7' }));
    expect(calls.onOpenTask).toHaveBeenCalledWith('0000002-aaaa', 7);
  });

  it('offers what makes sense', () => {
    const running = taskDetail(0, {
      state: 'running',
      started: T0,
      seconds: null,
      params: { a: 1 }
    });
    const { rerender } = render(<TaskHead detail={running} now={T0 + 75} {...calls} />);
    expect(buttons()).toEqual(['Cancel task', 'Copy parameters']);
    expect(screen.getByText('1m 15s')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Cancel task' }));
    expect(calls.onCancel).toHaveBeenCalled();
    const failed = taskDetail(0, { state: 'failed', seconds: 3, params: {}, note: HTML });
    rerender(<TaskHead detail={failed} now={T0} {...calls} />);
    expect(buttons()).toEqual(['Retry failed tasks']);
    expect(screen.getByText(HTML)).toBeTruthy();
  });

  it('says why a task cannot be cancelled', () => {
    const running = taskDetail(0, { state: 'running', seconds: null, params: {} });
    render(<TaskHead detail={running} now={T0} {...calls} reason="not from here" />);
    const button = screen.getByRole('button', {
      name: 'Cancel task',
      description: 'not from here'
    });
    calls.onCancel.mockClear();
    fireEvent.click(button);
    expect(calls.onCancel).not.toHaveBeenCalled();
    expect(button.getAttribute('aria-disabled')).toBe('true');
  });
});

describe('FileList', () => {
  it('has every file with its size, as text', () => {
    const download = jest.fn();
    const files = [
      { path: 'model.bin', size: 2_500_000 },
      { path: `plots/${HTML}.png`, size: 812 }
    ];
    const { container } = render(<FileList files={files} onDownload={download} />);
    expect(container.textContent).toContain('2 files, 2.5 MB');
    expect(screen.getAllByRole('row').map(row => row.textContent)).toEqual([
      'FileSizeDownload',
      'model.bin2.5 MBDownload',
      `plots/${HTML}.png812 BDownload`
    ]);
    expect(container.querySelector('img')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Download model.bin' }));
    expect(download).toHaveBeenCalledWith('model.bin');
  });

  it('shows some of very many', () => {
    const files = Array.from({ length: 1500 }, (_, n) => ({ path: `${n}.txt`, size: 1 }));
    render(<FileList files={files} onDownload={jest.fn()} />);
    expect(screen.getAllByRole('row')).toHaveLength(201);
    fireEvent.click(screen.getByText('Show 1,300 more files'));
    expect(screen.getAllByRole('row')).toHaveLength(1501);
  });
});

describe('ResourceCurve', () => {
  const samples = [0, 1, 2, 3].map(at => ({
    at,
    cpu: at,
    rss: at * 1e6,
    gpu: null,
    gpu_memory: null
  }));

  it('shows CPU and memory, and a GPU only where there is one', () => {
    const { rerender } = render(<ResourceCurve samples={samples} />);
    expect(screen.getAllByRole('img').map(curve => curve.getAttribute('aria-label'))).toEqual([
      'CPU: at most 3.0 cores in 3.0s',
      'Memory: at most 3 MB in 3.0s'
    ]);
    rerender(
      <ResourceCurve samples={samples.map(sample => ({ ...sample, gpu: 0.5, gpu_memory: 2e9 }))} />
    );
    expect(
      screen
        .getAllByRole('img')
        .map(curve => curve.getAttribute('aria-label'))
        .slice(2)
    ).toEqual(['GPU: at most 0.50 GPUs in 3.0s', 'GPU memory: at most 2 GB in 3.0s']);
  });

  it('is not there without samples', () => {
    const { container } = render(<ResourceCurve samples={samples.slice(0, 1)} />);
    expect(container.childElementCount).toBe(0);
  });

  it('keeps the highest point of what it thins', () => {
    const points = Array.from({ length: 10_000 }, (_, at) => ({ at, value: at === 777 ? 99 : 1 }));
    const found = thinned(points);
    expect(found.length).toBeLessThan(300);
    expect(Math.max(...found.map(point => point.value))).toBe(99);
    expect(
      pathOf(
        [
          { at: 0, value: 0 },
          { at: 2, value: 4 }
        ],
        2,
        4,
        10,
        10
      )
    ).toBe('M0.0 10.0L10.0 0.0');
  });
});
