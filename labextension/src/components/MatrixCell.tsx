import * as React from 'react';

import type { IMatrixLayout } from './matrixLayout';

export interface MatrixCellProps {
  readonly layout: IMatrixLayout;
  readonly task: number;
  /** The cell that keys move, that is pointed at, or whose task is open. */
  readonly kind: 'cursor' | 'hovered' | 'open';
  readonly id?: string;
  readonly label?: string;
}

/** A ring around a cell of the matrix; the one of the keys is the cell for screen readers. */
export function MatrixCell({ layout, task, kind, id, label }: MatrixCellProps): React.JSX.Element {
  const column = task % layout.columns;
  const style = {
    left: column * layout.cell,
    top: Math.floor(task / layout.columns) * layout.cell,
    width: layout.cell,
    height: layout.cell
  };
  const said =
    kind === 'cursor'
      ? { role: 'gridcell', 'aria-label': label, 'aria-colindex': column + 1 }
      : { 'aria-hidden': true as const };
  return <div id={id} className={`cb-MatrixCell cb-mod-${kind}`} style={style} {...said} />;
}
