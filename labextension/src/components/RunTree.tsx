import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import * as React from 'react';

import { useStable } from '../hooks/useStable';
import { useTranslator } from '../hooks/useTranslator';
import type { RunListItem } from '../model/runGroups';
import { RunTreeItem, type RunTreeItemProps } from './RunTreeItem';
import { actOf } from './treeKeys';

type Passed = Pick<RunTreeItemProps, 'now' | 'today' | 'isDayKnown' | 'renderDetail' | 'onOpen'>;

export interface RunTreeProps extends Passed {
  readonly lines: readonly RunListItem[];
  /** Whether there are runs beyond the last line. */
  readonly hasMore: boolean;
  /** The run with its detail below it. */
  readonly expanded: string | null;
  readonly isCompact: boolean;
  readonly onExpand: (run: string | null) => void;
  readonly onToggleGroup: (key: string) => void;
  readonly onLoadMore: () => void;
}

/** From so many lines before the end on, the next page is asked for. */
const AHEAD = 30;

/** Heights in pixels, as in the style: most lines need not be measured. */
const GROUP_HEIGHT = 28;
const COMPACT_HEIGHT = 28;
const SINGLE_HEIGHT = 47;
const ROW_HEIGHT = 56;
const REASON_HEIGHT = 18;

/** The runs in their groups; only what is in view is drawn. One line at a time takes the focus. */
export function RunTree(props: RunTreeProps): React.JSX.Element {
  const { lines, hasMore, expanded, isCompact, onExpand, onToggleGroup, onLoadMore, onOpen } =
    props;
  const trans = useTranslator();
  const scroller = React.useRef<HTMLDivElement>(null);
  const [focus, setFocus] = React.useState('');
  const moved = React.useRef(false);
  const found = lines.findIndex(line => keyOf(line) === focus);
  const at = Math.max(found, 0);

  const isOpen = (line: RunListItem | undefined): boolean =>
    line?.kind === 'run' && line.row.id === expanded;

  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: index => heightOf(lines[index], isCompact),
    // a line that is open has a height of its own, which it must not keep when it is closed
    getItemKey: index => keyOf(lines[index]) + (isOpen(lines[index]) ? ' open' : ''),
    overscan: 6,
    // the line with the focus stays, however far it is scrolled away
    rangeExtractor: (range: Range) =>
      [...new Set([...defaultRangeExtractor(range), ...(found < 0 ? [] : [found])])].sort(
        (one, other) => one - other
      )
  });
  const items = virtual.getVirtualItems();

  const last = virtual.range?.endIndex ?? 0;
  React.useEffect(() => {
    if (hasMore && last >= lines.length - AHEAD) {
      onLoadMore();
    }
  }, [hasMore, last, lines.length, onLoadMore]);

  React.useEffect(() => {
    if (moved.current) {
      moved.current = false;
      scroller.current?.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]')?.focus({
        preventScroll: true
      });
    }
  }, [focus]);

  const toggle = useStable((line: RunListItem | undefined): void => {
    if (line?.kind === 'group') {
      onToggleGroup(line.group.key);
    } else if (line !== undefined && props.renderDetail !== undefined) {
      onExpand(line.row.id === expanded ? null : line.row.id);
    } else if (line !== undefined) {
      onOpen(line.row.id);
    }
  });

  const onKeyDown = useStable((event: React.KeyboardEvent<HTMLElement>, index: number): void => {
    const done = event.target === event.currentTarget ? actOf(event, lines, index, expanded) : null;
    const line = lines[index];
    if (done === null) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (done.act === 'move') {
      moved.current = true;
      setFocus(keyOf(lines[done.to]));
      virtual.scrollToIndex(done.to);
    } else if (done.act === 'menu') {
      openMenu(event.currentTarget);
    } else if (done.act === 'open' && line?.kind === 'run') {
      onOpen(line.row.id);
    } else {
      toggle(line);
    }
  });

  return (
    <div ref={scroller} className={`cb-RunTree${isCompact ? ' cb-mod-compact' : ''}`}>
      <div
        className="cb-RunTree-lines"
        role="tree"
        aria-label={trans.__('Runs')}
        style={{ height: virtual.getTotalSize() }}
      >
        {items.map(item => {
          const line = lines[item.index];
          return line === undefined ? null : (
            <div
              key={keyOf(line)}
              ref={isOpen(line) ? virtual.measureElement : undefined}
              role="none"
              data-index={item.index}
              className="cb-RunTree-line"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <RunTreeItem
                line={line}
                index={item.index}
                now={props.now}
                today={props.today}
                isDayKnown={props.isDayKnown}
                renderDetail={props.renderDetail}
                isPart={hasMore}
                isExpanded={isOpen(line)}
                isFocusable={item.index === at}
                onToggle={toggle}
                onOpen={onOpen}
                onFocus={setFocus}
                onKeyDown={onKeyDown}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** What a line is known by, however the list moves. */
function keyOf(line: RunListItem | undefined): string {
  return line === undefined ? '' : line.kind === 'group' ? `group ${line.group.key}` : line.row.id;
}

function heightOf(line: RunListItem | undefined, isCompact: boolean): number {
  if (line === undefined || line.kind === 'group') {
    return GROUP_HEIGHT;
  }
  const { single, reason, ended } = line.row;
  const height = single ? SINGLE_HEIGHT : ROW_HEIGHT;
  return isCompact
    ? COMPACT_HEIGHT
    : height + (reason !== '' && ended === null ? REASON_HEIGHT : 0);
}

/** What a press of the right button would do. */
function openMenu(element: HTMLElement): void {
  const { left, top } = element.getBoundingClientRect();
  const place = { clientX: left + 24, clientY: top + 12 };
  element.dispatchEvent(
    new MouseEvent('contextmenu', { bubbles: true, cancelable: true, ...place })
  );
}
