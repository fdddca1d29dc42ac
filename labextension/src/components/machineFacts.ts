import type { TranslationBundle } from '@jupyterlab/translation';

import type { MachineRow, MachineState } from '../api/client';
import { count } from '../format';
import { machineLabel } from './MachineIcon';

const HOUR = 3600;
/** What is billed at least, in seconds. */
const LEAST_BILLED = 60;

/** In the order in which they are told: what is nearest to work comes first. */
const TOLD: readonly MachineState[] = ['running', 'setting up', 'booting', 'requesting', 'ending'];

/** How far machines that have not ended are: "3 of 5 machines running, 2 booting"; nothing if there are none. */
export function statesTold(
  states: Readonly<Record<string, number>>,
  trans: TranslationBundle
): readonly string[] {
  const there = TOLD.map(state => ({ state, number: states[state] ?? 0 })).filter(
    ({ number }) => number > 0
  );
  const [first, ...others] = there;
  if (first === undefined) {
    return [];
  }
  const all = there.reduce((sum, { number }) => sum + number, 0);
  const label = (state: MachineState): string => machineLabel(state, trans).toLowerCase();
  const machines = trans._n('%1 machine', '%1 machines', all);
  const head =
    first.number === all
      ? trans.__('%1 %2', machines, label(first.state))
      : trans.__('%1 of %2 %3', count(first.number), machines, label(first.state));
  return [
    [head, ...others.map(({ state, number }) => `${count(number)} ${label(state)}`)].join(', ')
  ];
}

/** Whether a machine may still cost something. */
export function isLiving(machine: MachineRow): boolean {
  return machine.state !== 'ended';
}

/** Those that live first, in the order in which they were asked for; then those that ended, the last first. */
export function livingFirst(machines: readonly MachineRow[]): readonly MachineRow[] {
  const living = machines.filter(isLiving);
  const ended = machines.filter(machine => !isLiving(machine));
  return [...living, ...ended.sort((one, other) => (other.ended ?? 0) - (one.ended ?? 0))];
}

/** What a machine has cost at `now` (seconds since 1970, by the server's clock), in dollars: for a minute at least. */
export function machineCost(machine: MachineRow, now: number): number {
  const { billed, ended, price } = machine;
  if (billed === null) {
    return 0;
  }
  return (price * Math.max(LEAST_BILLED, (ended ?? now) - billed)) / HOUR;
}

/** Whether a machine costs more than its time: what is billed at least has not passed, or never did. */
export function costsAtLeast(machine: MachineRow, now: number): boolean {
  const { billed, ended } = machine;
  return billed !== null && (ended ?? now) - billed < LEAST_BILLED;
}

/** What all of them cost: dollars until `now`, and dollars an hour. */
export function bill(
  machines: readonly MachineRow[],
  now: number
): { readonly cost: number; readonly rate: number } {
  let cost = 0;
  let rate = 0;
  for (const machine of machines) {
    cost += machineCost(machine, now);
    rate += isLiving(machine) && machine.billed !== null ? machine.price : 0;
  }
  return { cost, rate };
}

/** The machine that a worker is on, "" if it is on none of its own: "m3" of "m3.0". */
export function machineOf(worker: string): string {
  return /^(m\d+)\.\d+$/.exec(worker)?.[1] ?? '';
}
