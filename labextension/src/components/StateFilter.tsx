import * as React from 'react';

import type { Counts, TaskState } from '../api/client';
import { count } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import { TASK_STATES } from '../taskStates';
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
  const states = TASK_STATES.filter(state => counts[state] > 0 || chosen.includes(state));
  return (
    <div className="cb-StateFilter" role="group" aria-label={trans.__('Show tasks by state')}>
      {states.map(state => {
        const pressed = chosen.includes(state);
        const others = chosen.filter(other => other !== state);
        return (
          <button
            key={state}
            type="button"
            className="cb-StateFilter-state"
            aria-pressed={pressed}
            onClick={() => onChange(pressed ? others : [...chosen, state])}
          >
            <StateIcon state={state} decorative />
            <span>{stateLabel(state, trans)}</span>
            <span className="cb-StateFilter-count">{count(counts[state])}</span>
          </button>
        );
      })}
    </div>
  );
}
