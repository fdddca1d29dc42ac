import * as React from 'react';

import { count as grouped } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import { useWidth } from '../hooks/useWidth';
import { taskState } from '../taskStates';
import { MatrixCell } from './MatrixCell';
import { type IMatrixLayout, layoutOf, taskAfterKey, taskAt } from './matrixLayout';
import { MatrixPainter } from './matrixPainter';
import { stateLabel } from './StateIcon';

export interface TaskMatrixProps {
  /** A code for each task (`taskStates.ts`). */
  readonly states: Uint8Array;
  /** The task that is open beside it. */
  readonly open: number | null;
  /** Another number whenever the colours of the page are. */
  readonly theme: number;
  /** In CSS pixels: beyond it the matrix is scrolled. */
  readonly maxHeight: number;
  /** More of a task than its number and state, as far as it is known. */
  readonly describe: (task: number) => string;
  readonly onOpen: (task: number) => void;
}

/** A cell for each task, however many there are: only those in view are drawn. */
export function TaskMatrix(props: TaskMatrixProps): React.JSX.Element {
  const { states, open, theme, maxHeight, describe, onOpen } = props;
  const trans = useTranslator();
  const scroller = React.useRef<HTMLDivElement>(null);
  const canvas = React.useRef<HTMLCanvasElement>(null);
  const painter = React.useRef<MatrixPainter | null>(null);
  const width = useWidth(scroller);
  const [cursor, setCursor] = React.useState(open ?? 0);
  const [focused, setFocused] = React.useState(false);
  const [hovered, setHovered] = React.useState<number | null>(null);
  const id = React.useId();
  const ratio = window.devicePixelRatio || 1;
  const layout = React.useMemo(
    () => layoutOf(states.length, width, maxHeight, ratio),
    [states.length, width, maxHeight, ratio]
  );
  const height = Math.min(layout.rows * layout.cell, maxHeight);
  const across = layout.columns * layout.cell;

  const paint = React.useCallback(() => {
    if (canvas.current === null || scroller.current === null || width === 0) {
      return;
    }
    painter.current ??= new MatrixPainter(canvas.current);
    const view = { top: scroller.current.scrollTop, width: across, height };
    painter.current.paint(states, layout, view, theme);
  }, [states, layout, width, across, height, theme]);
  React.useLayoutEffect(paint, [paint]);

  const at = Math.min(cursor, states.length - 1);
  const label = (task: number): string => {
    const name = stateLabel(taskState(states[task] ?? 0), trans);
    const text = trans.__('Task %1: %2', task, name);
    const more = describe(task);
    return more === '' ? text : `${text} · ${more}`;
  };

  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onOpen(at);
      return;
    }
    const page = Math.max(Math.floor(height / layout.cell), 1);
    const next =
      event.altKey || event.ctrlKey || event.metaKey
        ? null
        : taskAfterKey(layout, at, event.key, page);
    if (next !== null) {
      event.preventDefault();
      setCursor(next);
      setHovered(null);
      reveal(scroller.current, layout, next);
    }
  };
  const pointed = (event: React.MouseEvent): number | null => {
    const box = event.currentTarget.getBoundingClientRect();
    return taskAt(layout, event.clientX - box.left, event.clientY - box.top);
  };

  const told = hovered ?? (focused ? at : null);
  return (
    <div className="cb-TaskMatrix">
      <div
        ref={scroller}
        className="cb-TaskMatrix-scroller"
        style={{ height }}
        role="grid"
        tabIndex={0}
        aria-label={trans._n('%2 task', '%2 tasks', states.length, grouped(states.length))}
        aria-rowcount={layout.rows}
        aria-colcount={layout.columns}
        aria-activedescendant={`${id}-cell`}
        onKeyDown={onKeyDown}
        onScroll={paint}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
      >
        <div
          className="cb-TaskMatrix-field"
          style={{ height: layout.rows * layout.cell, width: across }}
          role="row"
          aria-rowindex={Math.floor(at / layout.columns) + 1}
          data-task={hovered ?? undefined}
          onMouseMove={event => setHovered(pointed(event))}
          onMouseLeave={() => setHovered(null)}
          onClick={event => {
            const task = pointed(event);
            if (task !== null) {
              setCursor(task);
              onOpen(task);
            }
          }}
        >
          <canvas
            ref={canvas}
            className="cb-TaskMatrix-canvas"
            style={{ width: across, height }}
            aria-hidden
          />
          {open !== null && <MatrixCell layout={layout} task={open} kind="open" />}
          {hovered !== null && <MatrixCell layout={layout} task={hovered} kind="hovered" />}
          <MatrixCell layout={layout} task={at} kind="cursor" id={`${id}-cell`} label={label(at)} />
        </div>
      </div>
      {told !== null && (
        <div
          className="cb-TaskMatrix-tip"
          style={{ top: tipTop(scroller.current, layout, told) }}
          aria-hidden
        >
          <span style={{ flexBasis: (told % layout.columns) * layout.cell }} />
          <div className="cb-Tip">{label(told)}</div>
        </div>
      )}
    </div>
  );
}

/** Below the cell, also where the matrix is scrolled. */
function tipTop(scroller: HTMLElement | null, layout: IMatrixLayout, task: number): number {
  const row = Math.floor(task / layout.columns);
  return (row + 1) * layout.cell + 6 - (scroller?.scrollTop ?? 0);
}

/** Scroll as little as shows the cell. */
function reveal(scroller: HTMLElement | null, layout: IMatrixLayout, task: number): void {
  if (scroller === null) {
    return;
  }
  const top = Math.floor(task / layout.columns) * layout.cell;
  const bottom = top + layout.cell;
  if (top < scroller.scrollTop) {
    scroller.scrollTop = top;
  } else if (bottom > scroller.scrollTop + scroller.clientHeight) {
    scroller.scrollTop = bottom - scroller.clientHeight;
  }
}
