import { fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';

import type { RunDetail } from '../../src/api/client';
import { isGrowing, troubleOf } from '../../src/components/growing';
import { NoTasks } from '../../src/components/NoTasks';
import { SearchLine } from '../../src/components/SearchLine';
import { TaskTools } from '../../src/components/TaskTools';
import { type IFound, NOTHING_FOUND } from '../../src/model/standing';
import { counts, endedRow, runDetail, T0 } from '../builders';

type Search = NonNullable<RunDetail['search']>;

const TPE: Search = {
  kind: 'search',
  metric: 'loss',
  most: 200,
  direction: 'minimize',
  sampler: 'tpe',
  pruner: 'asha',
  condition: ''
};
const UNTIL: Search = {
  kind: 'until',
  metric: 'value',
  most: 10_000,
  direction: '',
  sampler: '',
  pruner: '',
  condition: 'stderr < 0.01'
};
const going = {
  counts: counts({ succeeded: 30, pruned: 7, running: 2, queued: 1 }),
  sweep: { kind: 'search' as const, names: ['rate'], count: 40 },
  open: true
};
const opened = jest.fn();

function line(changes: Partial<RunDetail>, found: Partial<IFound> = {}): string {
  const detail = runDetail(1, changes);
  const { container } = render(
    <SearchLine detail={detail} found={{ ...NOTHING_FOUND, ...found }} onOpenTask={opened} />
  );
  return container.textContent ?? '';
}

function estimate(mean: number, stderr: number): IFound['estimates'][number] {
  const spread = { std: stderr * 7.3, stderr, ci95: stderr * 1.96, min: mean - 1, max: mean + 1 };
  return { metric: 'value', n: 54, mean, ...spread };
}

describe('SearchLine', () => {
  it('says at which trial a search is, what it has found, and how it looks', () => {
    const best = { task: 12, value: 0.09731, params: { rate: 0.031, solver: 'sgd', gamma: null } };
    const text = line({ ...going, search: TPE }, { best });
    expect(text).toContain('trial 37 of 200');
    expect(text).toContain('best loss 0.09731 (rate=0.031, solver=sgd)');
    expect(text).toContain('tpe · minimizes loss · asha ends weak trials');
    fireEvent.click(screen.getByTitle('Open task 12'));
    expect(opened).toHaveBeenCalledWith(12);
  });

  it('says how many trials there were when it has ended', () => {
    const ended = { ...going, counts: counts({ succeeded: 40 }), ended: T0 + 90, open: false };
    const text = line({ ...ended, search: { ...TPE, direction: 'maximize', pruner: 'none' } });
    expect(text).toBe('40 trialstpe · maximizes loss');
  });

  it('says until when copies are made, and how many there are', () => {
    expect(line({ ...going, search: UNTIL })).toBe(
      '30 copies of at most 10,000until stderr < 0.01'
    );
  });

  it('says what copies have found together', () => {
    const found = { estimates: [estimate(3.141529, 0.0020407)] };
    expect(line({ ...going, search: UNTIL }, found)).toContain('10,000mean 3.14153 ± 0.002until');
    expect(
      screen.getByTitle(/value over 54 copies. 95 % interval: 3.13753 to 3.14553/)
    ).toBeTruthy();
  });

  it('names what is estimated where that has a name, and counts no copy that was taken back', () => {
    const ended = { counts: counts({ succeeded: 54, cancelled: 6 }), ended: T0 + 90, open: false };
    const price = { ...estimate(1234567.8, 12.34), metric: 'price' };
    const found = { estimates: [price, { ...estimate(0.5, 0.1), metric: 'delta' }] };
    expect(line({ ...going, ...ended, search: UNTIL }, found)).toBe(
      '54 copiesmean price 1234570 ± 12mean delta 0.5 ± 0.1until stderr < 0.01'
    );
  });

  it('says no mean of a single copy', () => {
    const one = { ...estimate(1, 0), n: 1, std: null, stderr: null, ci95: null };
    expect(line({ ...going, search: UNTIL }, { estimates: [one] })).not.toContain('mean');
  });

  it('says nothing of a run that has all its tasks', () => {
    expect(line({})).toBe('');
    expect(line({ ...endedRow(1), open: true })).toBe('');
  });
});

describe('NoTasks', () => {
  it.each([
    ['No tasks yet', 'first call of the executor', { open: true, kind: 'calls' as const }],
    ['No tasks yet', 'suggests its first trials', { open: true, search: TPE }],
    ['No tasks yet', 'first copies', { open: true, search: UNTIL }],
    ['This run has no tasks', '', { open: false, ended: T0 }]
  ])('says %s', (title, more, changes) => {
    const kind: RunDetail['kind'] = 'kind' in changes ? changes.kind : 'grid';
    const sweep = { kind, names: [], count: 0 };
    render(<NoTasks detail={runDetail(1, { ...changes, sweep })} />);
    expect(screen.getByRole('status').textContent).toContain(title);
    expect(screen.getByRole('status').textContent).toContain(more);
  });
});

describe('troubleOf', () => {
  it('is why tasks wait, where that is a trouble', () => {
    expect(troubleOf(runDetail(1, { reason: 'all 4 workers are busy' }))).toContain('busy');
    expect(troubleOf(runDetail(1, { reason: 'open: waits for more tasks' }))).toBe('');
    expect(troubleOf(runDetail(1, { reason: 'was busy', ended: T0 }))).toBe('');
    expect(isGrowing(runDetail(1, { open: true, ended: T0 }))).toBe(false);
  });
});

describe('TaskTools', () => {
  it('says so where not all that was meant is chosen', () => {
    const none = (): void => undefined;
    const tools = (chosen: number, meant: number): React.JSX.Element => (
      <TaskTools
        counts={counts({ queued: 31_000 })}
        states={[]}
        text="x"
        found={31_000}
        chosen={chosen}
        meant={meant}
        reason=""
        going
        onStates={none}
        onText={none}
        onChooseAll={none}
        onChooseNone={none}
        onCancelChosen={none}
      />
    );
    const { container, rerender } = render(tools(20_000, 31_000));
    expect(container.textContent).toContain('The first 20,000 of 31,000 are chosen');
    rerender(tools(20_000, 0));
    expect(container.textContent).toContain('20,000 chosen');
  });
});
