import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { MachineRow } from '../api/client';
import { count, dollars, runningFor, when } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import { costsAtLeast, isLiving, machineCost } from './machineFacts';
import { MachineIcon, machineLabel } from './MachineIcon';

const GIB = 2 ** 30;

export interface MachineTableRowProps {
  readonly machine: MachineRow;
  /** Seconds since 1970 by the server's clock; of a machine that has ended, when it did. */
  readonly now: number;
  /** Whether there is a column for what was used. */
  readonly isUseKnown: boolean;
  readonly isMeant: boolean;
  readonly onShowTasks: (machine: string) => void;
}

function Row(props: MachineTableRowProps): React.JSX.Element {
  const { machine, now, isUseKnown, isMeant, onShowTasks } = props;
  const trans = useTranslator();
  const row = React.useRef<HTMLTableRowElement>(null);
  React.useEffect(() => {
    if (isMeant) {
      row.current?.scrollIntoView({ block: 'nearest' });
      row.current?.focus();
    }
  }, [isMeant]);
  const { name, id, state, reason, type, zone, market, price } = machine;
  const where = [zone, market === 'spot' ? trans.__('spot') : trans.__('on demand')];
  return (
    <tr
      ref={row}
      className={`cb-MachineTable-row${isMeant ? ' cb-mod-meant' : ''} cb-mod-${state.replace(' ', '-')}`}
      tabIndex={-1}
    >
      <th scope="row">
        {name}
        {id !== '' && <div className="cb-MachineTable-second cb-mod-code">{id}</div>}
      </th>
      <td className="cb-mod-state">
        <span className="cb-MachineTable-state">
          <MachineIcon state={state} /> {machineLabel(state, trans)}
        </span>
        <div className="cb-MachineTable-second">{reason}</div>
      </td>
      <td className="cb-mod-type">
        {type}
        <div className="cb-MachineTable-second">
          {where.filter(part => part !== '').join(' · ')}
        </div>
      </td>
      {isUseKnown && (
        <td className="cb-mod-used">
          {usedTexts(machine, trans).map((text, line) => (
            <div key={text} className={line > 0 ? 'cb-MachineTable-second' : ''}>
              {text}
            </div>
          ))}
        </td>
      )}
      <td className="cb-mod-tasks">
        <Tasks machine={machine} onShowTasks={onShowTasks} />
      </td>
      <td className="cb-mod-number cb-mod-time">
        {runningFor(now - (machine.billed ?? machine.requested))}
        {isLiving(machine) && machine.billed !== null && (
          <div
            className="cb-MachineTable-second"
            title={trans.__('It ends itself then, whatever happens')}
          >
            {trans.__('until %1 at most', when(machine.deadline, now))}
          </div>
        )}
      </td>
      <td className="cb-mod-number">
        {machine.billed !== null && (
          <div title={costsAtLeast(machine, now) ? trans.__('A minute is paid at least') : ''}>
            {dollars(machineCost(machine, now))}
          </div>
        )}
        {price > 0 && (
          <div className="cb-MachineTable-second">{trans.__('%1/h', dollars(price))}</div>
        )}
      </td>
    </tr>
  );
}

/** A machine in the table; drawn again only if something of it is different. */
export const MachineTableRow = React.memo(Row);

function Tasks({
  machine,
  onShowTasks
}: Pick<MachineTableRowProps, 'machine' | 'onShowTasks'>): React.JSX.Element {
  const { name, tasks, workers, running } = machine;
  const trans = useTranslator();
  if (running === null) {
    return <></>;
  }
  const going = isLiving(machine) && (tasks > 0 || machine.state === 'running');
  const text = going ? trans.__('%1 of %2', count(tasks), count(workers)) : trans.__('Show');
  const label = trans.__('Show the tasks of %1', name);
  return (
    <button
      type="button"
      className="cb-Link"
      title={label}
      aria-label={`${text}: ${label}`}
      onClick={() => onShowTasks(name)}
    >
      {text}
    </button>
  );
}

/** The most that was used at once of what is there: "1.3 of 8 cores", "5.2 of 32 GiB". */
function usedTexts({ used }: MachineRow, trans: TranslationBundle): readonly string[] {
  if (used === null) {
    return [];
  }
  const [cpu, cpus, memory, memories, gpu, , gpuMemories] = used;
  return [
    cpus > 0 ? trans.__('%1 of %2 cores', cpu.toFixed(1), count(cpus)) : '',
    memories > 0
      ? trans.__('%1 of %2 GiB', (memory / GIB).toFixed(1), Math.round(memories / GIB))
      : '',
    gpuMemories > 0 ? trans.__('%1% of the GPU', Math.round(100 * gpu)) : ''
  ].filter(text => text !== '');
}
