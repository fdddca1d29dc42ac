import type { IMatrixLayout } from './matrixLayout';
import { drawSprites } from './matrixSprites';

/** The part of the matrix that is in view: as high as the canvas, from `top` on. In CSS pixels. */
export interface IMatrixView {
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface IDrawn {
  readonly states: Uint8Array;
  readonly layout: IMatrixLayout;
  readonly view: IMatrixView;
  readonly theme: number;
}

interface IArea {
  readonly context: CanvasRenderingContext2D;
  readonly states: Uint8Array;
  readonly layout: IMatrixLayout;
  readonly ratio: number;
}

/** Draws the cells in view on a canvas; what is on it already is not drawn again. */
export class MatrixPainter {
  constructor(private readonly canvas: HTMLCanvasElement) {}

  /** `theme` is another number whenever colours are. */
  paint(states: Uint8Array, layout: IMatrixLayout, view: IMatrixView, theme: number): void {
    const context = this.canvas.getContext('2d');
    const host = this.canvas.parentElement;
    if (context === null || host === null) {
      return;
    }
    const ratio = this.canvas.ownerDocument.defaultView?.devicePixelRatio ?? 1;
    const cell = Math.round(layout.cell * ratio);
    if (this.sheet === null || this.cell !== cell || this.drawn?.theme !== theme) {
      this.sheet = drawSprites(host, cell, ratio);
      this.cell = cell;
      this.drawn = null;
    }
    const before = this.drawn;
    const area = { context, states, layout, ratio };
    if (before === null || !sameGrid(before, layout, view)) {
      this.resize(view, ratio);
      this.draw(area, view, view, null);
    } else {
      this.draw(area, view, this.shift(context, before.view, view, ratio), null);
      this.draw(area, view, view, before.states);
    }
    this.drawn = { states, layout, view, theme };
  }

  /** Move what is drawn to where it is now; what is in view only now is given back, null if nothing is. */
  private shift(
    context: CanvasRenderingContext2D,
    before: IMatrixView,
    view: IMatrixView,
    ratio: number
  ): IMatrixView | null {
    const by = Math.round(view.top * ratio) - Math.round(before.top * ratio);
    const { width, height } = this.canvas;
    if (by === 0) {
      return null;
    }
    if (Math.abs(by) >= height) {
      context.clearRect(0, 0, width, height);
      return view;
    }
    const kept = height - Math.abs(by);
    context.globalCompositeOperation = 'copy'; // also clears the rest
    context.drawImage(
      this.canvas,
      0,
      Math.max(by, 0),
      width,
      kept,
      0,
      Math.max(-by, 0),
      width,
      kept
    );
    context.globalCompositeOperation = 'source-over';
    const top = by > 0 ? view.top + kept / ratio : view.top;
    return { top, width: view.width, height: Math.abs(by) / ratio };
  }

  private resize(view: IMatrixView, ratio: number): void {
    const width = Math.ceil(view.width * ratio);
    const height = Math.ceil(view.height * ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    } else {
      this.canvas.getContext('2d')?.clearRect(0, 0, width, height);
    }
  }

  /** The cells of a part of the view; with `before` only those whose state is another. */
  private draw(
    { context, states, layout, ratio }: IArea,
    view: IMatrixView,
    part: IMatrixView | null,
    before: Uint8Array | null
  ): void {
    const { cell, sheet } = this;
    if (sheet === null || part === null || before === states) {
      return;
    }
    const shift = Math.round(view.top * ratio);
    const first = Math.floor(part.top / layout.cell) * layout.columns;
    const last = Math.ceil((part.top + part.height) / layout.cell) * layout.columns;
    for (let index = Math.max(first, 0); index < Math.min(last, layout.count); index++) {
      const code = states[index];
      if (code === undefined || before?.[index] === code) {
        continue;
      }
      const x = (index % layout.columns) * cell;
      const y = Math.floor(index / layout.columns) * cell - shift;
      context.clearRect(x, y, cell, cell); // a cell on the edge may be there in part
      context.drawImage(sheet, code * cell, 0, cell, cell, x, y, cell, cell);
    }
  }

  private sheet: HTMLCanvasElement | null = null;
  private cell = 0;
  private drawn: IDrawn | null = null;
}

function sameGrid(drawn: IDrawn, layout: IMatrixLayout, view: IMatrixView): boolean {
  return (
    drawn.layout.columns === layout.columns &&
    drawn.layout.count === layout.count &&
    drawn.view.width === view.width &&
    drawn.view.height === view.height
  );
}
