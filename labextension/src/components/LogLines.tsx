import { useVirtualizer } from '@tanstack/react-virtual';
import * as React from 'react';

import { useTranslator } from '../hooks/useTranslator';
import type { IMatch } from '../model/logSearch';
import type { ILine } from '../model/screen';
import { StyledText } from './StyledText';

export interface LogLinesProps {
  readonly lines: readonly ILine[];
  /** The number of the first line. */
  readonly first: number;
  readonly follow: boolean;
  /** Whether there is more above, and below. */
  readonly earlier: boolean;
  readonly later: boolean;
  readonly wrap: boolean;
  readonly matches: readonly IMatch[];
  readonly current: IMatch | null;
  readonly onFollow: (follow: boolean) => void;
  readonly onEarlier: () => void;
  readonly onLater: () => void;
}

const NEAR = 300;
const AT_END = 12;
const LINE_HEIGHT = 17;

/** The lines that are in view, of as many as there are. */
export function LogLines(props: LogLinesProps): React.JSX.Element {
  const { lines, first, follow, later, wrap, matches, current } = props;
  const trans = useTranslator();
  const scroller = React.useRef<HTMLDivElement>(null);
  const byLine = React.useMemo(() => grouped(matches), [matches]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    getItemKey: index => first + index,
    // what is not laid out, as in a hidden panel, has no height of its own
    measureElement: element => element.getBoundingClientRect().height || LINE_HEIGHT,
    overscan: 12
  });
  const height = virtual.getTotalSize();
  const top = React.useRef({ line: first, inside: 0, at: 0 });

  React.useLayoutEffect(() => {
    virtual.measure();
  }, [wrap, virtual]);

  React.useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) {
      return;
    }
    if (follow) {
      element.scrollTop = element.scrollHeight;
    }
  }, [follow, lines, height]);

  React.useLayoutEffect(() => {
    // lines were put before: what is read stays where it is
    const element = scroller.current;
    const place = virtual.getOffsetForIndex(Math.max(0, top.current.line - first), 'start');
    if (element !== null && !follow && place !== undefined) {
      element.scrollTop = place[0] + top.current.inside;
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [first]);

  React.useEffect(() => {
    if (current !== null) {
      virtual.scrollToIndex(current.line - first, { align: 'center' });
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [current]);

  const onScroll = (): void => {
    const element = scroller.current;
    if (element === null) {
      return;
    }
    const { scrollTop, scrollHeight, clientHeight } = element;
    const below = scrollHeight - clientHeight - scrollTop;
    const up = scrollTop < top.current.at;
    const item = virtual.getVirtualItemForOffset(scrollTop);
    if (item !== undefined) {
      top.current = { line: first + item.index, inside: scrollTop - item.start, at: scrollTop };
    }
    if (below <= AT_END && !later) {
      props.onFollow(true);
    } else if (up && below > AT_END) {
      props.onFollow(false);
    }
    if (scrollTop < NEAR && up && props.earlier) {
      props.onEarlier();
    }
    if (below < NEAR && later) {
      props.onLater();
    }
  };

  return (
    <div
      ref={scroller}
      className={`cb-Log-scroller jp-RenderedText${wrap ? ' cb-mod-wrap' : ''}`}
      onScroll={onScroll}
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={trans.__('Log')}
    >
      <pre className="cb-Log-text" style={{ height }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const line = lines[index];
          return line === undefined ? null : (
            <span
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className="cb-Log-line"
              style={{ transform: `translateY(${start}px)` }}
            >
              <StyledText
                line={line}
                matches={byLine.get(first + index) ?? NONE}
                current={current?.line === first + index ? current : null}
              />
              {'\n'}
            </span>
          );
        })}
      </pre>
    </div>
  );
}

const NONE: readonly IMatch[] = [];

function grouped(matches: readonly IMatch[]): Map<number, IMatch[]> {
  const found = new Map<number, IMatch[]>();
  for (const match of matches) {
    const line = found.get(match.line);
    if (line === undefined) {
      found.set(match.line, [match]);
    } else {
      line.push(match);
    }
  }
  return found;
}
