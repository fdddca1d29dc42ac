/** Parallel axes, one for each parameter and one for the score; a line for each task, coloured by its score. */
import { h } from '../dom';
import { Axis } from './axis';
import type { Brushes, IView } from './points';

const NARROW = 520; // below it the axes lie: one under the other
const HEIGHT = 260;
const PAD = { top: 34, bottom: 14, side: 46 };
const STRIP = 62; // between two lying axes
const SHADES = 5;
const REACH = 8; // pixels from a line in which a click means it

export interface IPlotActions {
  brush(name: string, brush: readonly [number, number] | null): void;
  pick(place: number | null): void;
}

export class Plot {
  readonly node: HTMLElement;

  constructor(private readonly actions: IPlotActions) {
    this.canvas = h('canvas', { class: 'cb-Plot-canvas', 'aria-hidden': 'true' });
    this.axes = h('div', {
      class: 'cb-Plot-axes',
      role: 'group',
      'aria-label': 'Axes: brush one to filter'
    });
    this.node = h('div', { class: 'cb-Plot' }, [this.canvas, this.axes]);
    this.axes.addEventListener('click', event => this.clicked(event));
    this.watch =
      typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(() => this.resized());
    this.watch?.observe(this.node);
    this.themes = new MutationObserver(() => this.draw()); // the canvas has the colours of the theme that it was drawn in
    this.themes.observe(document.body, {
      attributeFilter: ['data-jp-theme-name', 'data-jp-theme-light', 'class']
    });
  }

  show(view: IView, inside: Uint8Array, brushes: Brushes, picked: number | null): void {
    this.view = view;
    this.inside = inside;
    this.picked = picked;
    this.place(brushes);
    this.draw();
  }

  dispose(): void {
    this.watch?.disconnect();
    this.themes.disconnect();
    this.made.forEach(axis => axis.dispose());
  }

  private resized(): void {
    const width = this.node.clientWidth;
    if (width > 0 && width !== this.width && this.view !== undefined) {
      this.place(this.brushes);
      this.draw();
    }
  }

  private place(brushes: Brushes): void {
    const view = this.view;
    this.brushes = brushes;
    this.width = this.node.clientWidth;
    if (view === undefined || this.width === 0) {
      return;
    }
    this.lying = this.width < NARROW || view.scales.length > this.width / 70;
    this.height = this.lying ? view.scales.length * STRIP + PAD.bottom : HEIGHT;
    this.node.style.height = `${this.height}px`;
    const names = `${String(this.lying)} ${view.scales.map(scale => scale.name).join('\n')}`;
    if (names !== this.names) {
      this.names = names;
      this.made.forEach(axis => axis.dispose());
      this.made = view.scales.map(
        scale => new Axis(scale.name, this.lying, brush => this.actions.brush(scale.name, brush))
      );
      this.axes.replaceChildren(...this.made.map(axis => axis.node));
    }
    this.made.forEach((axis, number) => {
      const scale = view.scales[number];
      if (scale !== undefined) {
        axis.place(this.axisAt(number), this.from, this.to);
        axis.show(scale, brushes.get(scale.name) ?? null, number === view.scales.length - 1);
      }
    });
  }

  /** Where an axis is across the lines, and where the lines' values lie along it. */
  private axisAt(number: number): number {
    const count = this.view?.scales.length ?? 1;
    if (this.lying) {
      return number * STRIP + STRIP - 22;
    }
    return count === 1
      ? this.width / 2
      : PAD.side + (number * (this.width - 2 * PAD.side)) / (count - 1);
  }

  private get from(): number {
    return this.lying ? 14 : this.height - PAD.bottom;
  }

  private get to(): number {
    return this.lying ? this.width - 14 : PAD.top;
  }

  private draw(): void {
    const { view, canvas } = this;
    const paint = this.width > 0 && view !== undefined ? canvas.getContext('2d') : null;
    if (paint === null || view === undefined) {
      return;
    }
    const dots = window.devicePixelRatio || 1;
    canvas.width = Math.round(this.width * dots);
    canvas.height = Math.round(this.height * dots);
    paint.scale(dots, dots);
    const style = getComputedStyle(this.node);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const shades = Array.from({ length: SHADES }, (_, shade) => colour(`--cb-score-${shade}`));
    const thin = view.size > 800 ? 0.5 : view.size > 150 ? 0.75 : 1;
    paint.lineWidth = view.size > 800 ? 1 : 1.5;
    paint.globalAlpha = view.size > 800 ? 0.18 : 0.3;
    this.strokes(
      paint,
      place => !this.inside[place],
      () => colour('--cb-score-out')
    );
    for (let shade = -1; shade < SHADES; shade += 1) {
      paint.globalAlpha = shade < 0 ? 0.5 * thin : thin;
      this.strokes(
        paint,
        place => Boolean(this.inside[place]) && shadeOf(view.goodness[place] ?? NaN) === shade,
        () => (shade < 0 ? colour('--cb-score-none') : (shades[shade] ?? ''))
      );
    }
    if (this.picked !== null) {
      paint.globalAlpha = 1;
      paint.lineWidth = 3;
      this.strokes(
        paint,
        place => place === this.picked,
        () => colour('--cb-picked')
      );
    }
  }

  private strokes(
    paint: CanvasRenderingContext2D,
    wanted: (place: number) => boolean,
    colour: () => string
  ): void {
    const view = this.view;
    if (view === undefined) {
      return;
    }
    paint.strokeStyle = colour();
    paint.fillStyle = paint.strokeStyle;
    paint.beginPath();
    for (let place = 0; place < view.size; place += 1) {
      if (wanted(place)) {
        this.trace(paint, place);
      }
    }
    paint.stroke();
  }

  /** A line through the axes; it is broken where a task has no value. */
  private trace(paint: CanvasRenderingContext2D, place: number): void {
    let [x, y, there] = [0, 0, false];
    for (let axis = 0; axis < (this.view?.places.length ?? 0); axis += 1) {
      const point = this.pointOf(axis, place);
      if (point === null) {
        there = false;
        continue;
      }
      const [nextX, nextY] = point;
      if (!there) {
        paint.moveTo(nextX - 2, nextY);
        paint.lineTo(nextX + 2, nextY); // a point alone is seen too
        paint.moveTo(nextX, nextY);
      } else if (this.lying) {
        paint.bezierCurveTo(x, (y + nextY) / 2, nextX, (y + nextY) / 2, nextX, nextY);
      } else {
        paint.bezierCurveTo((x + nextX) / 2, y, (x + nextX) / 2, nextY, nextX, nextY);
      }
      [x, y, there] = [nextX, nextY, true];
    }
  }

  private pointOf(axis: number, place: number): readonly [number, number] | null {
    const share = this.view?.places[axis]?.[place] ?? NaN;
    if (Number.isNaN(share)) {
      return null;
    }
    const along = this.from + share * (this.to - this.from);
    return this.lying ? [along, this.axisAt(axis)] : [this.axisAt(axis), along];
  }

  private clicked(event: MouseEvent): void {
    const box = this.node.getBoundingClientRect();
    this.actions.pick(this.nearest(event.clientX - box.left, event.clientY - box.top));
  }

  /** The task whose line passes a place on the screen; null if there is none near. */
  private nearest(x: number, y: number): number | null {
    const view = this.view;
    let [found, least] = [null as number | null, REACH];
    for (let place = 0; place < (view?.size ?? 0); place += 1) {
      if (!this.inside[place]) {
        continue;
      }
      for (let axis = 0; axis < (view?.places.length ?? 0); axis += 1) {
        const distance = this.distance(axis, place, x, y);
        if (distance < least || (distance === least && found === null)) {
          [found, least] = [place, distance];
        }
      }
    }
    return found;
  }

  /** How far a place is from the curve between an axis and the next. */
  private distance(axis: number, place: number, x: number, y: number): number {
    const [one, other] = [this.pointOf(axis, place), this.pointOf(axis + 1, place)];
    if (one === null || other === null) {
      return one === null ? Infinity : Math.hypot(one[0] - x, one[1] - y);
    }
    const across = this.lying ? 1 : 0;
    const [begin, end] = [one[across], other[across]];
    const share = ((across === 1 ? y : x) - begin) / (end - begin || 1);
    if (share < 0 || share > 1) {
      return Infinity;
    }
    const [low, high] = [one[1 - across] ?? 0, other[1 - across] ?? 0];
    const along = low + (high - low) * smooth(share);
    return Math.abs((across === 1 ? x : y) - along);
  }

  private readonly canvas: HTMLCanvasElement;
  private readonly axes: HTMLElement;
  private readonly watch: ResizeObserver | undefined;
  private readonly themes: MutationObserver;
  private made: Axis[] = [];
  private view: IView | undefined;
  private inside = new Uint8Array();
  private brushes: Brushes = new Map();
  private picked: number | null = null;
  private lying = false;
  private names = '';
  private width = 0;
  private height = HEIGHT;
}

/** The share of the way that a Bézier curve with both handles in the middle has made at a share of its breadth. */
function smooth(share: number): number {
  let [low, high] = [0, 1];
  for (let round = 0; round < 20; round += 1) {
    const t = (low + high) / 2;
    const breadth = 1.5 * t * (1 - t) ** 2 + 1.5 * t ** 2 * (1 - t) + t ** 3;
    [low, high] = breadth < share ? [t, high] : [low, t];
  }
  return 3 * low ** 2 * (1 - low) + low ** 3;
}

function shadeOf(good: number): number {
  return Number.isNaN(good) ? -1 : Math.min(SHADES - 1, Math.floor(good * SHADES));
}
