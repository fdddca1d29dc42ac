import { fireEvent, render, screen } from '@testing-library/react';
import axe from 'axe-core';
import * as React from 'react';

import { EmptyState } from '../../src/components/EmptyState';
import { FilterBar } from '../../src/components/FilterBar';
import { LiveCounts } from '../../src/components/LiveCounts';
import { Notice } from '../../src/components/Notice';
import { type AnyState, StateIcon } from '../../src/components/StateIcon';
import type { INotice } from '../../src/model/notices';
import { ALL_RUNS } from '../../src/model/runFilter';

async function faults(container: Element): Promise<string[]> {
  const { violations } = await axe.run(container, {
    rules: { region: { enabled: false }, 'color-contrast': { enabled: false } }
  });
  return violations.map(({ id }) => id);
}

describe('StateIcon', () => {
  it('has a shape of its own for each state, not only a colour', () => {
    const states: AnyState[] = [
      'queued',
      'running',
      'succeeded',
      'failed',
      'cancelled',
      'unknown',
      'pruned'
    ];
    const shapes = states.map(state => {
      const { container } = render(<StateIcon state={state} decorative />);
      return [...container.querySelectorAll('svg > *')].map(part => part.outerHTML).join('');
    });
    expect(new Set(shapes).size).toBe(states.length);
  });
});

describe('FilterBar', () => {
  it('asks for text, states and target', async () => {
    const onChange = jest.fn();
    const filter = { ...ALL_RUNS, states: ['failed' as const] };
    const { container } = render(
      <FilterBar filter={filter} targets={['gpu', 'local']} onChange={onChange} />
    );
    fireEvent.change(screen.getByRole('textbox'), { target: { value: 'fit' } });
    expect(onChange).toHaveBeenLastCalledWith({ ...filter, text: 'fit' });
    fireEvent.click(screen.getByRole('button', { name: 'Not ended' }));
    expect(onChange).toHaveBeenLastCalledWith({
      ...filter,
      states: ['failed', 'running', 'queued', 'cancelling']
    });
    const failed = screen.getByRole('button', { name: 'Failed', pressed: true });
    fireEvent.click(failed);
    expect(onChange).toHaveBeenLastCalledWith({ ...filter, states: [] });
    fireEvent.change(screen.getByRole('combobox'), { target: { value: 'gpu' } });
    expect(onChange).toHaveBeenLastCalledWith({ ...filter, target: 'gpu' });
    expect(await faults(container)).toEqual([]);
  });

  it('is cleared with Escape', () => {
    const onChange = jest.fn();
    render(<FilterBar filter={{ ...ALL_RUNS, text: 'x' }} targets={[]} onChange={onChange} />);
    fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Escape' });
    expect(onChange).toHaveBeenCalledWith(ALL_RUNS);
    expect(screen.queryByRole('combobox')).toBeNull();
  });
});

describe('EmptyState', () => {
  it('teaches the first cell, to be copied', async () => {
    const onCopy = jest.fn();
    const { container } = render(
      <EmptyState isFiltered={false} onShowAll={jest.fn()} onCopy={onCopy} />
    );
    const [load, cell] = screen.getAllByRole('button', { name: 'Copy' });
    fireEvent.click(load ?? container);
    expect(onCopy).toHaveBeenLastCalledWith('%load_ext cellburst');
    expect(screen.getByRole('button', { name: 'Copied' })).toBe(load);
    fireEvent.click(cell ?? container);
    expect(onCopy).toHaveBeenLastCalledWith('%%remote local -p n=range(8) --into squares\nn ** 2');
    expect(await faults(container)).toEqual([]);
  });

  it('leads back from a filter that hides all', () => {
    const onShowAll = jest.fn();
    render(<EmptyState isFiltered onShowAll={onShowAll} onCopy={jest.fn()} />);
    fireEvent.click(screen.getByRole('button', { name: 'Show all runs' }));
    expect(onShowAll).toHaveBeenCalled();
  });
});

describe('Notice', () => {
  const notice: INotice = {
    key: 'k',
    tone: 'error',
    message: 'It is stuck',
    hint: '`kill -9 7` helps; <b>not</b>',
    action: 'retry'
  };

  it('says what, and the way out', async () => {
    const onRetry = jest.fn();
    const { container } = render(
      <Notice notice={notice} onRetry={onRetry} onDismiss={jest.fn()} />
    );
    expect(screen.getByRole('alert').textContent).toContain('It is stuck');
    expect(container.querySelector('code')?.textContent).toBe('kill -9 7');
    expect(container.querySelector('b')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(onRetry).toHaveBeenCalled();
    expect(await faults(container)).toEqual([]);
  });

  it('goes away when it was read', () => {
    const onDismiss = jest.fn();
    const said = { ...notice, tone: 'info' as const, action: 'dismiss' as const };
    render(<Notice notice={said} onRetry={jest.fn()} onDismiss={onDismiss} />);
    fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
    expect(onDismiss).toHaveBeenCalledWith('k');
  });
});

describe('LiveCounts', () => {
  const counts = { runs: 2, running: 4, queued: 1300 };

  it('says what goes on, and leads to it', async () => {
    const onClick = jest.fn();
    const { container } = render(
      <LiveCounts counts={counts} connection="live" onClick={onClick} />
    );
    const button = screen.getByRole('button');
    expect(button.textContent).toMatch(/^4 running · 1.?300 queued$/);
    fireEvent.click(button);
    expect(onClick).toHaveBeenCalled();
    expect(await faults(container)).toEqual([]);
  });

  it('never says that a kernel is free', () => {
    const none = { runs: 0, running: 0, queued: 0 };
    for (const each of [counts, none, null]) {
      const { container } = render(
        <LiveCounts counts={each} connection="live" onClick={jest.fn()} />
      );
      expect(container.innerHTML).not.toMatch(/idle/i);
    }
  });

  it('does not pretend to know', () => {
    render(<LiveCounts counts={counts} connection="unreachable" onClick={jest.fn()} />);
    expect(screen.getByRole('button').textContent).toBe('runs: ?');
  });
});
