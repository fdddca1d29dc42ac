import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { LiveMachines as Row } from '../api/client';
import { count, dollars } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import { Caret } from './Caret';

export interface LiveMachinesProps {
  /** The runs whose machines have not all ended. */
  readonly rows: readonly Row[];
  readonly onOpen: (run: string) => void;
}

/** The machines of all runs that live now, and dollars an hour; pressed, it says which runs they are of. */
export function LiveMachines({ rows, onOpen }: LiveMachinesProps): React.JSX.Element | null {
  const trans = useTranslator();
  const [isOpen, setIsOpen] = React.useState(false);
  if (rows.length === 0) {
    return null;
  }
  const machines = rows.reduce((sum, row) => sum + row.machines, 0);
  const rate = rows.reduce((sum, row) => sum + row.rate, 0);
  const all = liveText(machines, rate, trans);
  const parts = rows.map(row => `${row.title}: ${liveText(row.machines, row.rate, trans)}`);
  return (
    <div className="cb-LiveMachines">
      <button
        type="button"
        className="cb-LiveMachines-all"
        aria-expanded={isOpen}
        title={parts.join('\n')}
        onClick={() => setIsOpen(!isOpen)}
      >
        <Caret isOpen={isOpen} />
        <span role="status">{all}</span>
      </button>
      {isOpen && (
        <ul className="cb-LiveMachines-runs">
          {rows.map(row => (
            <li key={row.run}>
              <button
                type="button"
                className="cb-LiveMachines-run"
                title={row.title}
                onClick={() => onOpen(row.run)}
              >
                <span className="cb-LiveMachines-title">{row.title}</span>
                <span>{liveText(row.machines, row.rate, trans)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** "3 machines · $4.20/h" */
function liveText(machines: number, rate: number, trans: TranslationBundle): string {
  const there = trans._n('%2 machine', '%2 machines', machines, count(machines));
  return rate > 0 ? trans.__('%1 · %2/h', there, dollars(rate)) : there;
}
