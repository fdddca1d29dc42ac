import { fireEvent, render, screen } from '@testing-library/react';
import axe from 'axe-core';
import * as React from 'react';

import type { RunRow } from '../../src/api/client';
import { RunCard, type RunCardProps } from '../../src/components/RunCard';
import type { Standing } from '../../src/model/liveRun';
import { counts, endedRow, runId, runRow, T0 } from '../builders';

const done: string[] = [];
const act = (name: string) => (): void => {
  done.push(name);
};

function props(standing: Standing, changes: Partial<RunCardProps> = {}): RunCardProps {
  return {
    run: runId(1),
    standing,
    recorded: '✓ succeeded · 1.2 s · local',
    said: [],
    progress: '',
    found: [],
    shown: true,
    clock: { now: () => T0 + 62 },
    machines: null,
    actions: {
      open: act('open'),
      cancel: act('cancel'),
      retry: act('retry'),
      retryFailed: act('retryFailed'),
      collect: act('collect')
    },
    ...changes
  };
}

function known(row: RunRow, old = false): Standing {
  return { kind: 'known', row, old };
}

function labels(): (string | null)[] {
  return screen.getAllByRole('button').map(button => button.textContent);
}

beforeEach(() => {
  done.length = 0;
});

describe('RunCard', () => {
  it('says how a run stands', () => {
    const row = runRow(1, { name: 'Every model', eta: 40, reason: 'all 4 workers are busy' });
    render(<RunCard {...props(known(row))} />);
    expect(screen.getByText('Every model')).toBeTruthy();
    expect(screen.getByText('37/50 · 2 failed · 1m 0s · ~40s left · local')).toBeTruthy();
    expect(screen.getByText('all 4 workers are busy')).toBeTruthy();
    expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('37');
    expect(screen.getByRole('region').getAttribute('data-run')).toBe(runId(1));
  });

  it('says how far a search is and what it has found', () => {
    const search = { progress: 'trial 37 of 200', found: ['best loss 0.0123 (lr=0.001)'] };
    const { rerender } = render(<RunCard {...props(known(runRow(1, { eta: null })), search)} />);
    expect(
      screen.getByText('trial 37 of 200 · best loss 0.0123 (lr=0.001) · 1m 0s · local')
    ).toBeTruthy();
    rerender(<RunCard {...props(known(endedRow(1)), search)} />);
    expect(screen.queryByText(/trial 37 of 200/)).toBeNull();
    expect(screen.getByText(/best loss 0.0123/)).toBeTruthy();
  });

  it('marks a run of another computer, which can only be cancelled as a whole', async () => {
    const { container } = render(<RunCard {...props(known(runRow(1, { elsewhere: true })))} />);
    expect(screen.getByRole('img', { name: 'started on another computer' })).toBeTruthy();
    expect(labels()).toEqual(['Cancel', 'Retry failed', 'Collect', 'Open']);
    const retry = screen.getByText('Retry failed');
    expect(retry.getAttribute('aria-disabled')).toBe('true');
    expect(retry.title).toContain('another computer');
    fireEvent.click(retry);
    fireEvent.click(screen.getByText('Cancel'));
    expect(done).toEqual(['cancel']);
    expect((await axe.run(container)).violations).toEqual([]);
  });

  it('has the buttons that make sense', () => {
    const { rerender } = render(<RunCard {...props(known(runRow(1)))} />);
    expect(labels()).toEqual(['Cancel', 'Retry failed', 'Collect', 'Open']);
    rerender(<RunCard {...props(known(endedRow(1)))} />);
    expect(labels()).toEqual(['Collect', 'Open']);
    const waiting = runRow(1, { state: 'queued', started: null, counts: counts({ queued: 9 }) });
    rerender(<RunCard {...props(known(waiting))} />);
    expect(labels()).toEqual(['Cancel', 'Open']);
    const cancelled = counts({ cancelled: 3, succeeded: 1 });
    rerender(<RunCard {...props(known(endedRow(1, { state: 'cancelled', counts: cancelled })))} />);
    expect(labels()).toEqual(['Run the rest', 'Collect', 'Open']);
  });

  it('does what its buttons say', () => {
    render(<RunCard {...props(known(runRow(1)))} />);
    screen.getAllByRole('button').forEach(button => fireEvent.click(button));
    expect(done).toEqual(['cancel', 'retryFailed', 'collect', 'open']);
  });

  it('shows what the task said that spoke last, while it runs', () => {
    const said = [
      { task: 3, fraction: 0.256, text: 'epoch 2' },
      { task: 1, fraction: null, text: 'older' }
    ];
    const { rerender } = render(<RunCard {...props(known(runRow(1)), { said })} />);
    expect(screen.getByText('task 3 · 26% · epoch 2')).toBeTruthy();
    rerender(<RunCard {...props(known(runRow(1, { single: true })), { said })} />);
    expect(screen.getByText('26% · epoch 2')).toBeTruthy();
    rerender(<RunCard {...props(known(endedRow(1)), { said })} />);
    expect(screen.queryByText(/epoch 2/)).toBeNull();
  });

  it('says that a run is not here, and what was known of it', () => {
    const { rerender } = render(<RunCard {...props({ kind: 'gone', row: null })} />);
    expect(screen.getByText(/made on another machine/)).toBeTruthy();
    expect(screen.getByText('✓ succeeded · 1.2 s · local')).toBeTruthy();
    expect(screen.queryAllByRole('button')).toEqual([]);
    rerender(<RunCard {...props({ kind: 'gone', row: endedRow(1) })} />);
    expect(screen.getByText(`Run ${runId(1)} was deleted.`)).toBeTruthy();
  });

  it('says that the server is away', () => {
    render(<RunCard {...props(known(runRow(1), true))} />);
    expect(screen.getByText(/server away/)).toBeTruthy();
  });

  it('takes hostile names, reasons and lines for texts', () => {
    const bad = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
    const row = runRow(1, { name: bad, reason: bad, target: bad });
    const said = [{ task: 1, fraction: null, text: bad }];
    const { container } = render(<RunCard {...props(known(row), { said })} />);
    expect(container.querySelector('img, script')).toBeNull();
    expect(container.textContent).toContain(bad);
  });

  it.each(['waiting', 'known', 'gone'] as const)('is two lines when it is %s', kind => {
    const standing: Standing =
      kind === 'known' ? known(runRow(1)) : kind === 'gone' ? { kind, row: null } : { kind };
    const { container } = render(<RunCard {...props(standing)} />);
    expect(container.querySelector('section')?.childElementCount).toBe(2);
  });

  it('has no fault that axe finds', async () => {
    const { container } = render(<RunCard {...props(known(runRow(1)))} />);
    const { violations } = await axe.run(container, {
      rules: { region: { enabled: false }, 'color-contrast': { enabled: false } }
    });
    expect(violations).toEqual([]);
  });
});
