import * as React from 'react';

import type { MachinesAnswer, MachineState, RunDetail } from '../api/client';
import { useTranslator } from '../hooks/useTranslator';
import { CostLine } from './CostLine';
import { bill, livingFirst } from './machineFacts';
import { MachineFilter } from './MachineFilter';
import { MachineTable } from './MachineTable';

export interface MachinesProps {
  readonly answer: MachinesAnswer;
  readonly plan: RunDetail['plan'];
  /** Whether the run has ended. */
  readonly ended: boolean;
  /** Seconds since 1970 by the server's clock. */
  readonly now: number;
  /** The machine that is pointed out, "" for none. */
  readonly meant: string;
  readonly onShowTasks: (machine: string) => void;
}

/** What the machines of a run cost, what they came to, and each of them. */
export function Machines(props: MachinesProps): React.JSX.Element {
  const { answer, plan, ended, now, meant, onShowTasks } = props;
  const trans = useTranslator();
  const [states, setStates] = React.useState<readonly MachineState[]>([]);
  const sorted = React.useMemo(() => livingFirst(answer.machines), [answer.machines]);
  const found = sorted.filter(
    ({ state, name }) => states.length === 0 || states.includes(state) || name === meant
  );
  if (sorted.length === 0) {
    return (
      <p className="cb-Note">
        {ended
          ? trans.__('The run has ended without having had a machine.')
          : trans.__('No machine has been asked for yet.')}
      </p>
    );
  }
  return (
    <div className="cb-Machines">
      <CostLine
        {...bill(sorted, now)}
        limit={answer.limit}
        expected={ended ? null : (plan?.expected ?? null)}
        isPlay={plan?.provider === 'fakecloud'}
      />
      {answer.report.length > 0 && (
        <ul className="cb-Machines-report" aria-label={trans.__('What it came to')}>
          {answer.report.map(sentence => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
      <MachineFilter machines={sorted} chosen={states} onChange={setStates} />
      <MachineTable machines={found} now={now} meant={meant} onShowTasks={onShowTasks} />
    </div>
  );
}
