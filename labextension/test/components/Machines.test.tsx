import { nullTranslator } from '@jupyterlab/translation';
import { fireEvent, render, screen, within } from '@testing-library/react';
import axe from 'axe-core';
import * as React from 'react';

import type { MachinesAnswer } from '../../src/api/client';
import { Attempts } from '../../src/components/Attempts';
import { LiveMachines } from '../../src/components/LiveMachines';
import {
  bill,
  livingFirst,
  machineCost,
  machineOf,
  statesTold
} from '../../src/components/machineFacts';
import { Machines, type MachinesProps } from '../../src/components/Machines';
import { machineRow, runId, T0 } from '../builders';

const trans = nullTranslator.load('cellburst');
const NOW = T0 + 3602;

async function faults(container: Element): Promise<string[]> {
  const { violations } = await axe.run(container, {
    rules: { region: { enabled: false }, 'color-contrast': { enabled: false } }
  });
  return violations.map(({ id }) => id);
}

beforeEach(() => {
  Element.prototype.scrollIntoView = jest.fn();
});

function props(answer: Partial<MachinesAnswer>, more: Partial<MachinesProps> = {}): MachinesProps {
  const machines = { at: NOW, machines: [], limit: 4, report: [], ...answer };
  const onShowTasks = jest.fn();
  return { answer: machines, plan: null, ended: false, now: NOW, meant: '', onShowTasks, ...more };
}

function names(): (string | undefined)[] {
  const rows = screen.getAllByRole('row').slice(1);
  return rows.map(row => within(row).getByRole('rowheader').textContent?.slice(0, 2));
}

describe('what machines cost', () => {
  it('grows while they live, and is that of a minute at least', () => {
    expect(machineCost(machineRow(1), NOW)).toBeCloseTo(1.2);
    expect(machineCost(machineRow(1), T0 + 5)).toBeCloseTo(1.2 / 60);
    expect(machineCost(machineRow(1, { ended: T0 + 5 }), NOW)).toBeCloseTo(1.2 / 60);
    expect(machineCost(machineRow(1, { billed: null }), NOW)).toBe(0);
  });

  it('is added up, with dollars an hour of those that cost something', () => {
    const ended = machineRow(2, { state: 'ended', ended: T0 + 1802 });
    const asked = machineRow(3, { state: 'requesting', billed: null });
    const { cost, rate } = bill([machineRow(1), ended, asked], NOW);
    expect(cost).toBeCloseTo(1.8);
    expect(rate).toBe(1.2);
  });
});

describe('how far machines are', () => {
  it.each([
    [{}, []],
    [{ ended: 4 }, []],
    [{ booting: 1 }, ['1 machine booting']],
    [{ booting: 2, running: 3, ended: 1 }, ['3 of 5 machines running, 2 booting']],
    [{ 'setting up': 5 }, ['5 machines setting up']]
  ])('%p is %p', (states, told) => {
    expect(statesTold(states as Record<string, number>, trans)).toEqual(told);
  });

  it('has those that live first, and those that ended last at the end', () => {
    const machines = [
      machineRow(1, { state: 'ended', ended: T0 + 5 }),
      machineRow(2, { state: 'ended', ended: T0 + 9 }),
      machineRow(3)
    ];
    expect(livingFirst(machines).map(({ name }) => name)).toEqual(['m3', 'm2', 'm1']);
  });

  it.each([
    ['m3.0', 'm3'],
    ['m12.7', 'm12'],
    ['w3', ''],
    ['m3', ''],
    ['xm3.0', '']
  ])('worker %p is on %p', (worker, machine) => {
    expect(machineOf(worker)).toBe(machine);
  });
});

describe('Machines', () => {
  it('says of each where it is and why, what it does and what it costs', async () => {
    const waits = machineRow(2, {
      state: 'requesting',
      reason: 'no g5.xlarge is to be had in us-east-1a',
      billed: null,
      running: null,
      id: ''
    });
    const used = [1.3, 8, 2 ** 30, 2 ** 35, 0, 0, 0] as const;
    const given = props({ machines: [machineRow(1, { used }), waits] });
    const { container } = render(<Machines {...given} />);
    const [, first, second] = screen.getAllByRole('row');
    expect(first?.textContent).toContain('m1i-01');
    expect(first?.textContent).toContain('us-east-1a · spot');
    expect(first?.textContent).toContain('1.3 of 8 cores1.0 of 32 GiB');
    expect(first?.textContent).toContain('$1.20');
    expect(second?.textContent).toContain('Requestingno g5.xlarge is to be had in us-east-1a');
    const meter = screen.getByRole('meter', { name: 'Cost' });
    expect(meter.getAttribute('aria-valuetext')).toBe('$1.20 of at most $4.00');
    expect(container.textContent).toContain('$1.20 an hour now');
    fireEvent.click(screen.getByRole('button', { name: /Show the tasks of m1/ }));
    expect(given.onShowTasks).toHaveBeenCalledWith('m1');
    expect(await faults(container)).toEqual([]);
  });

  it('says why a machine costs more than its time', () => {
    const young = machineRow(2, { billed: NOW - 59 });
    const brief = machineRow(3, { state: 'ended', billed: T0, ended: T0 + 5 });
    render(<Machines {...props({ machines: [machineRow(1), young, brief] })} />);
    const rows = screen.getAllByTitle('A minute is paid at least').map(cost => cost.closest('tr'));
    expect(rows.map(row => row?.textContent?.slice(0, 2))).toEqual(['m2', 'm3']);
  });

  it('shows only the states that are chosen', () => {
    const ended = machineRow(2, { state: 'ended', ended: T0 + 9 });
    render(<Machines {...props({ machines: [machineRow(1), ended] })} />);
    expect(names()).toEqual(['m1', 'm2']);
    fireEvent.click(screen.getByRole('button', { name: /^Ended/ }));
    expect(names()).toEqual(['m2']);
  });

  it('draws a part of very many, and the one that is meant', () => {
    const machines = Array.from({ length: 700 }, (_, n) => machineRow(n + 1));
    const { rerender } = render(<Machines {...props({ machines })} />);
    expect(names()).toHaveLength(100);
    fireEvent.click(screen.getByText('Show 500 more'));
    expect(names()).toHaveLength(600);
    rerender(<Machines {...props({ machines }, { meant: 'm640' })} />);
    expect(names()).toHaveLength(640);
    expect(document.activeElement?.textContent).toContain('m640');
  });

  it('says what it came to, and where there is nothing why', () => {
    const report = ['2 machines, 0.05 machine-hours, $0.01', 'spot machines saved $0.02'];
    const ended = machineRow(2, { state: 'ended', ended: T0 + 9 });
    const { rerender } = render(<Machines {...props({ machines: [ended], report })} />);
    const lines = within(screen.getByRole('list', { name: 'What it came to' }));
    expect(lines.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(report);
    rerender(<Machines {...props({ machines: [] })} />);
    expect(screen.getByText('No machine has been asked for yet.')).toBeTruthy();
  });
});

describe('LiveMachines', () => {
  const row = { run: runId(1), title: 'rates', machines: 2, states: { running: 2 }, rate: 3 };
  const other = { run: runId(2), title: 'fit(2)', machines: 1, states: { booting: 1 }, rate: 1.2 };

  it('is not there without machines', () => {
    const { container } = render(<LiveMachines rows={[]} onOpen={jest.fn()} />);
    expect(container.textContent).toBe('');
  });

  it('adds up all runs, and leads to each', async () => {
    const onOpen = jest.fn();
    const { container } = render(<LiveMachines rows={[row, other]} onOpen={onOpen} />);
    expect(screen.getByRole('status').textContent).toBe('3 machines · $4.20/h');
    const all = screen.getByRole('button');
    expect(all.title).toBe('rates: 2 machines · $3.00/h\nfit(2): 1 machine · $1.20/h');
    fireEvent.click(all);
    fireEvent.click(screen.getByText('fit(2)'));
    expect(onOpen).toHaveBeenCalledWith(runId(2));
    expect(await faults(container)).toEqual([]);
  });
});

describe('Attempts', () => {
  it('lead to the machine that they were made on', () => {
    const attempt = { generation: 1, attempt: 1, outcome: 'lost', message: '' } as const;
    const times = { started: T0, ended: T0 + 1 };
    const attempts = [
      { ...attempt, ...times, worker: 'm3.0' },
      { ...attempt, ...times, attempt: 2, worker: 'w1' }
    ];
    const onShowMachine = jest.fn();
    render(<Attempts attempts={attempts} now={NOW} onShowMachine={onShowMachine} />);
    fireEvent.click(screen.getByRole('button', { name: 'm3.0' }));
    expect(onShowMachine).toHaveBeenCalledWith('m3');
    expect(screen.queryByRole('button', { name: 'w1' })).toBeNull();
  });
});
