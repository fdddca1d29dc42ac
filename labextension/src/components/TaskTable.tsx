import { useVirtualizer } from '@tanstack/react-virtual';
import * as React from 'react';

import type { TaskRow } from '../api/client';
import { useTranslator } from '../hooks/useTranslator';
import type { IColumn } from '../model/columns';
import { columnKey, columnsTemplate } from './columnTitle';
import { TaskTableHead } from './TaskTableHead';
import { TaskTableRow } from './TaskTableRow';

const ROW = 26;
const HEAD = 28;

export interface TaskTableProps {
  readonly columns: readonly IColumn[];
  readonly total: number;
  /** Goes up with every change of what `row` gives. */
  readonly version: number;
  readonly row: (place: number) => TaskRow | undefined;
  readonly sort: string;
  readonly order: 'asc' | 'desc';
  /** Goes up with every other order or filter: the table begins anew. */
  readonly round: string;
  readonly chosen: ReadonlySet<number>;
  readonly open: number | null;
  readonly onSort: (sort: string, order: 'asc' | 'desc') => void;
  readonly onShow: (first: number, last: number) => void;
  /** The task in this place, or those up to it. */
  readonly onChoose: (place: number, range: boolean) => void;
  readonly onOpen: (task: number) => void;
}

/** The tasks as a table of any length: only the rows in view exist. */
export function TaskTable(props: TaskTableProps): React.JSX.Element {
  const { columns, total, version, row, round, chosen, open, onShow, onChoose, onOpen } = props;
  const trans = useTranslator();
  const scroller = React.useRef<HTMLDivElement>(null);
  const id = React.useId();
  const [cursor, setCursor] = React.useState(0);
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 6,
    paddingStart: HEAD,
    scrollPaddingStart: HEAD,
    initialRect: { width: 0, height: 20 * ROW }
  });
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  React.useEffect(() => {
    onShow(first, last);
  }, [first, last, version, onShow]);
  const before = React.useRef(round);
  React.useEffect(() => {
    if (before.current !== round) {
      before.current = round;
      setCursor(0);
      scroller.current?.scrollTo({ top: 0 });
    }
  }, [round]);
  const at = Math.min(cursor, Math.max(total - 1, 0));

  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.target !== event.currentTarget) {
      return; // a header's button
    }
    const page = Math.max(last - first - 6, 1);
    const next = placeAfterKey(event.key, at, page, total);
    if (next !== null) {
      event.preventDefault();
      setCursor(next);
      rows.scrollToIndex(next);
      return;
    }
    const task = row(at);
    if (task === undefined || (event.key !== 'Enter' && event.key !== ' ')) {
      return;
    }
    event.preventDefault();
    if (event.key === ' ') {
      onChoose(at, event.shiftKey);
    } else {
      onOpen(task.index);
    }
  };

  const template = columnsTemplate(columns);
  const numeric = React.useRef(new Set<string>());
  for (const { index } of items) {
    const task = row(index);
    columns
      .filter(column => task !== undefined && typeof column.read(task) === 'number')
      .forEach(column => numeric.current.add(columnKey(column)));
  }
  return (
    <div
      ref={scroller}
      className="cb-TaskTable"
      role="grid"
      tabIndex={0}
      aria-label={trans.__('Tasks')}
      aria-rowcount={total + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable
      aria-activedescendant={items.some(({ index }) => index === at) ? `${id}-${at}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div
        className="cb-TaskTable-field"
        role="rowgroup"
        style={{ height: rows.getTotalSize(), minWidth: template.width }}
      >
        <TaskTableHead {...props} template={template.columns} numeric={numeric.current} />
        {items.map(item => {
          const task = row(item.index);
          return (
            <TaskTableRow
              key={item.index}
              id={`${id}-${item.index}`}
              place={item.index}
              top={item.start}
              template={template.columns}
              columns={columns}
              task={task}
              chosen={task !== undefined && chosen.has(task.index)}
              open={task !== undefined && task.index === open}
              active={item.index === at}
              onActive={setCursor}
              onChoose={onChoose}
              onOpen={onOpen}
            />
          );
        })}
      </div>
    </div>
  );
}

function placeAfterKey(key: string, at: number, page: number, total: number): number | null {
  const inside = (place: number): number => Math.min(Math.max(place, 0), Math.max(total - 1, 0));
  switch (key) {
    case 'ArrowDown':
      return inside(at + 1);
    case 'ArrowUp':
      return inside(at - 1);
    case 'PageDown':
      return inside(at + page);
    case 'PageUp':
      return inside(at - page);
    case 'Home':
      return 0;
    case 'End':
      return inside(total);
    default:
      return null;
  }
}
