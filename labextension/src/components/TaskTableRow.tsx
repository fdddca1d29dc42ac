import * as React from 'react';

import type { TaskRow } from '../api/client';
import { useTranslator } from '../hooks/useTranslator';
import type { IColumn } from '../model/columns';
import { CachedMark } from './CachedMark';
import { cellText } from './cellText';
import { columnKey } from './columnTitle';
import { StateIcon, stateLabel } from './StateIcon';

export interface TaskTableRowProps {
  readonly id: string;
  readonly place: number;
  readonly top: number;
  readonly template: string;
  readonly columns: readonly IColumn[];
  /** Undefined while it is not known. */
  readonly task: TaskRow | undefined;
  readonly chosen: boolean;
  readonly open: boolean;
  /** The row that keys move. */
  readonly active: boolean;
  readonly onActive: (place: number) => void;
  readonly onChoose: (place: number, range: boolean) => void;
  readonly onOpen: (task: number) => void;
}

/** A task; drawn again only if something of it is different. */
export const TaskTableRow = React.memo(function TaskTableRow(
  props: TaskTableRowProps
): React.JSX.Element {
  const { id, place, top, template, columns, task, chosen, open, active } = props;
  const { onActive, onChoose, onOpen } = props;
  const trans = useTranslator();
  const mods = `${chosen ? ' cb-mod-chosen' : ''}${open ? ' cb-mod-open' : ''}${active ? ' cb-mod-active' : ''}`;
  return (
    <div
      id={id}
      className={`cb-TaskTable-row${mods}`}
      role="row"
      aria-rowindex={place + 2}
      aria-selected={chosen}
      data-task={task?.index}
      style={{ gridTemplateColumns: template, transform: `translateY(${top}px)` }}
      onClick={() => {
        onActive(place);
        if (task !== undefined) {
          onOpen(task.index);
        }
      }}
    >
      <span
        className="cb-TaskTable-box"
        role="gridcell"
        onClick={event => {
          event.stopPropagation();
          onActive(place);
          if (task !== undefined) {
            onChoose(place, event.shiftKey);
          }
        }}
      >
        {task !== undefined && (
          <input
            type="checkbox"
            tabIndex={-1}
            checked={chosen}
            readOnly
            aria-label={trans.__('Choose task %1', task.index)}
          />
        )}
      </span>
      {columns.map(column => (
        <Cell key={columnKey(column)} column={column} task={task} />
      ))}
    </div>
  );
});

interface CellProps {
  readonly column: IColumn;
  readonly task: TaskRow | undefined;
}

function Cell({ column, task }: CellProps): React.JSX.Element {
  const trans = useTranslator();
  const classes = `cb-TaskTable-cell cb-mod-${column.kind}`;
  if (task === undefined) {
    return <span role="gridcell" className={`${classes} cb-mod-unread`} />;
  }
  if (column.kind === 'state') {
    return (
      <span role="gridcell" className={classes}>
        <StateIcon state={task.state} decorative /> {stateLabel(task.state, trans)}
        {task.cached !== '' && <CachedMark cached={task.cached} />}
      </span>
    );
  }
  const error = column.kind === 'value' && task.error !== null ? task.error : null;
  const value = column.read(task);
  const said = error === null ? cellText(column.kind, value) : `${error.ename}: ${error.evalue}`;
  const mod = error !== null ? ' cb-mod-error' : typeof value === 'number' ? ' cb-mod-number' : '';
  return (
    <span role="gridcell" className={`${classes}${mod}`} title={said}>
      {said}
    </span>
  );
}
