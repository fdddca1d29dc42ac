import * as React from 'react';

import type { MachineRow, MachineState } from '../api/client';
import { useTranslator } from '../hooks/useTranslator';
import { Chips } from './Chips';
import { MACHINE_STATES, MachineIcon, machineLabel } from './MachineIcon';

export interface MachineFilterProps {
  readonly machines: readonly MachineRow[];
  /** The states that are shown; none means all. */
  readonly chosen: readonly MachineState[];
  readonly onChange: (chosen: readonly MachineState[]) => void;
}

/** How many machines are in each state; pressing one shows only those. */
export function MachineFilter(props: MachineFilterProps): React.JSX.Element {
  const { machines, chosen, onChange } = props;
  const trans = useTranslator();
  if (chosen.length === 0 && machines.every(({ state }) => state === machines[0]?.state)) {
    return <></>; // nothing to choose
  }
  const chips = MACHINE_STATES.map(state => ({
    key: state,
    icon: <MachineIcon state={state} />,
    label: machineLabel(state, trans),
    count: machines.filter(machine => machine.state === state).length
  }));
  return (
    <Chips
      label={trans.__('Show machines by state')}
      chips={chips}
      chosen={chosen}
      onChange={onChange}
    />
  );
}
