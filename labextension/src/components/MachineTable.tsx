import * as React from 'react';

import type { MachineRow } from '../api/client';
import { count } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import { MachineTableRow } from './MachineTableRow';

/** Rows that are drawn at once: more than anybody reads, and few enough to be drawn each second. */
const MOST = 100;

export interface MachineTableProps {
  /** In the order in which they are shown. */
  readonly machines: readonly MachineRow[];
  /** Seconds since 1970 by the server's clock. */
  readonly now: number;
  /** The machine that is pointed out, "" for none. */
  readonly meant: string;
  readonly onShowTasks: (machine: string) => void;
}

/** Machines, each with its state, the reason for it, and what it costs. */
export function MachineTable(props: MachineTableProps): React.JSX.Element {
  const { machines, now, meant, onShowTasks } = props;
  const trans = useTranslator();
  const [most, setMost] = React.useState(MOST);
  const place = machines.findIndex(machine => machine.name === meant);
  const shown = machines.slice(0, Math.max(most, place + 1));
  const isUseKnown = machines.some(machine => machine.used !== null);
  const rest = machines.length - shown.length;
  return (
    <div
      className="cb-MachineTable"
      tabIndex={0}
      role="group"
      aria-label={trans.__('Table of machines')}
    >
      <table className="cb-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('Machine')}</th>
            <th scope="col">{trans.__('State')}</th>
            <th scope="col" className="cb-mod-type">
              {trans.__('Type')}
            </th>
            {isUseKnown && (
              <th scope="col" className="cb-mod-used">
                {trans.__('Used at most')}
              </th>
            )}
            <th scope="col">{trans.__('Tasks')}</th>
            <th scope="col" className="cb-mod-number">
              {trans.__('Time')}
            </th>
            <th scope="col" className="cb-mod-number">
              {trans.__('Cost')}
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map(machine => (
            <MachineTableRow
              key={machine.name}
              machine={machine}
              now={machine.ended ?? now}
              isUseKnown={isUseKnown}
              isMeant={machine.name === meant}
              onShowTasks={onShowTasks}
            />
          ))}
        </tbody>
      </table>
      {rest > 0 && (
        <p className="cb-MachineTable-more">
          <button type="button" className="cb-Link" onClick={() => setMost(most + 5 * MOST)}>
            {trans._n('Show one more', 'Show %1 more', Math.min(rest, 5 * MOST))}
          </button>
          {trans.__('%1 of %2 are shown', count(shown.length), count(machines.length))}
        </p>
      )}
    </div>
  );
}
