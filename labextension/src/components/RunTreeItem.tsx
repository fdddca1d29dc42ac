import * as React from 'react';

import { startedElsewhere } from '../elsewhere';
import { useTranslator } from '../hooks/useTranslator';
import type { RunListItem } from '../model/runGroups';
import { runFacts, runTitle } from './runFacts';
import { RunGroup } from './RunGroup';
import { RunRow } from './RunRow';
import { stateLabel } from './StateIcon';

export interface RunTreeItemProps {
  readonly line: RunListItem;
  readonly index: number;
  /** Seconds since 1970 by the server's clock. */
  readonly now: number;
  /** The day of now: "2026-11-21". */
  readonly today: string;
  readonly isDayKnown: boolean;
  /** What is shown below a run that is opened in place; without it there is no such thing. */
  readonly renderDetail?: ((run: string) => React.JSX.Element) | undefined;
  /** Whether there are runs that were not read. */
  readonly isPart: boolean;
  readonly isExpanded: boolean;
  readonly isFocusable: boolean;
  readonly onToggle: (line: RunListItem) => void;
  readonly onOpen: (run: string) => void;
  /** With the key of the line: see `RunTree`. */
  readonly onFocus: (key: string) => void;
  readonly onKeyDown: (event: React.KeyboardEvent<HTMLElement>, index: number) => void;
}

function TreeItem(props: RunTreeItemProps): React.JSX.Element {
  const { line, index, now, isExpanded, renderDetail, onToggle, onOpen, onFocus } = props;
  const trans = useTranslator();
  const shared = {
    role: 'treeitem',
    tabIndex: props.isFocusable ? 0 : -1,
    'aria-posinset': line.place,
    'aria-setsize': props.isPart ? -1 : line.among,
    onKeyDown: (event: React.KeyboardEvent<HTMLElement>) => props.onKeyDown(event, index)
  };
  if (line.kind === 'group') {
    return (
      <div
        className="cb-RunGroup"
        aria-level={1}
        aria-expanded={line.isOpen}
        onFocus={() => onFocus(`group ${line.group.key}`)}
        onClick={() => onToggle(line)}
        {...shared}
      >
        <RunGroup
          group={line.group}
          isOpen={line.isOpen}
          isPart={props.isPart}
          today={props.today}
        />
      </div>
    );
  }
  const { row } = line;
  // what has ended is drawn once a minute at most, for the day may be another
  const isOver = row.ended !== null && (row.meter?.rate ?? 0) === 0;
  const clock = !isOver ? now : now - (now % 60);
  const facts = [
    ...runFacts(row, clock, trans),
    ...(row.elsewhere ? [startedElsewhere(trans)] : [])
  ].join(', ');
  return (
    <div
      className={`cb-RunRow cb-mod-${row.state}${isExpanded ? ' cb-mod-open' : ''}`}
      data-run={row.id}
      aria-level={2}
      aria-label={`${runTitle(row)}: ${stateLabel(row.state, trans)}, ${facts}`}
      {...(renderDetail === undefined ? {} : { 'aria-expanded': isExpanded })}
      onFocus={() => onFocus(row.id)}
      {...shared}
    >
      <div
        className="cb-RunRow-head"
        onClick={() => onToggle(line)}
        onDoubleClick={() => onOpen(row.id)}
      >
        <RunRow
          row={row}
          now={clock}
          isDayKnown={props.isDayKnown}
          {...(renderDetail === undefined ? {} : { expanded: isExpanded })}
          onOpen={onOpen}
        />
      </div>
      {isExpanded && renderDetail !== undefined && (
        <div className="cb-RunRow-detail">{renderDetail(row.id)}</div>
      )}
    </div>
  );
}

/** A line of the tree: a group's title or a run, as a screen reader and the keyboard have it. */
export const RunTreeItem = React.memo(TreeItem);
