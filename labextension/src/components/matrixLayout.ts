/** Where the cells of a matrix are. Sizes in CSS pixels; a cell's size includes the gap after it. */
export interface IMatrixLayout {
  readonly count: number;
  readonly cell: number;
  readonly columns: number;
  readonly rows: number;
}

const SIZES = [26, 22, 18, 15, 12, 10, 8, 7];
const SMALLEST = 6;

/**
 * The largest cells with which all tasks fit; where none does, small ones that are scrolled.
 *
 * Cells are whole device pixels, of which `ratio` make a CSS pixel.
 */
export function layoutOf(
  count: number,
  width: number,
  height: number,
  ratio: number
): IMatrixLayout {
  const whole = (size: number): number => Math.round(size * ratio) / ratio;
  for (const size of SIZES) {
    const layout = laidOut(count, width, whole(size));
    if (layout.rows * layout.cell <= height) {
      return layout;
    }
  }
  return laidOut(count, width, whole(SMALLEST));
}

/** The task at a place, null where there is none. */
export function taskAt(layout: IMatrixLayout, x: number, y: number): number | null {
  const column = Math.floor(x / layout.cell);
  const index = Math.floor(y / layout.cell) * layout.columns + column;
  const inside = x >= 0 && y >= 0 && column < layout.columns && index < layout.count;
  return inside ? index : null;
}

/** Which task a key leads to from this one, null for a key that leads nowhere. */
export function taskAfterKey(
  layout: IMatrixLayout,
  from: number,
  key: string,
  pageRows: number
): number | null {
  const step = stepOf(layout, from, key, pageRows);
  return step === null ? null : Math.min(Math.max(from + step, 0), layout.count - 1);
}

function stepOf(layout: IMatrixLayout, from: number, key: string, pageRows: number): number | null {
  const { columns, count } = layout;
  const down = (rows: number): number => (from + rows * columns < count ? rows * columns : 0);
  const up = (rows: number): number => (from >= rows * columns ? -rows * columns : 0);
  switch (key) {
    case 'ArrowRight':
      return 1;
    case 'ArrowLeft':
      return -1;
    case 'ArrowDown':
      return down(1);
    case 'ArrowUp':
      return up(1);
    case 'PageDown':
      return down(pageRows) || count;
    case 'PageUp':
      return up(pageRows) || -count;
    case 'Home':
      return -count;
    case 'End':
      return count;
    default:
      return null;
  }
}

function laidOut(count: number, width: number, cell: number): IMatrixLayout {
  const most = Math.max(Math.floor(width / cell), 1);
  const columns = most > 20 ? most - (most % 10) : most; // tens, so that a row's first number is round
  return { count, cell, columns, rows: Math.ceil(count / columns) };
}
