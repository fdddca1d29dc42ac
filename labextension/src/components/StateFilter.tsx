import * as React from 'react';

import type { Counts, TaskState } from '../api/client';
import { useTranslator } from '../hooks/useTranslator';
import { TASK_STATES } from '../taskStates';
import { Chips } from './Chips';
import { StateIcon, stateLabel } from './StateIcon';

export interface StateFilterProps {
  readonly counts: Counts;
  /** The states that are shown; none means all. */
  readonly chosen: readonly TaskState[];
  readonly onChange: (chosen: readonly TaskState[]) => void;
}

/** How many tasks are in each state; pressing one shows only those. */
export function StateFilter({ counts, chosen, onChange }: StateFilterProps): React.JSX.Element {
  const trans = useTranslator();
  const chips = TASK_STATES.map(state => ({
    key: state,
    icon: <StateIcon state={state} decorative />,
    label: stateLabel(state, trans),
    count: counts[state]
  }));
  return (
    <Chips
      label={trans.__('Show tasks by state')}
      chips={chips}
      chosen={chosen}
      onChange={onChange}
    />
  );
}
