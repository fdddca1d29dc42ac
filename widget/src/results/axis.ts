/** One axis: its name, its values, and the part of it that is brushed, with the mouse or with keys. */
import { h } from '../dom';
import type { IScale, ITick } from './scale';

type Brush = readonly [number, number];
const STEP = 0.05;
const LETTER = 6.5; // pixels
const LINE = 13;
const LEAST = 0.015; // a shorter drag is a click
const MARGIN = 0.008; // around a value that is brushed alone

export class Axis {
  readonly node: HTMLElement;

  constructor(
    readonly name: string,
    private readonly lying: boolean,
    private readonly brushed: (brush: Brush | null) => void
  ) {
    this.label = h('span', { class: 'cb-Axis-name', title: name }, [name]);
    this.ticks = h('span', { class: 'cb-Axis-ticks', 'aria-hidden': 'true' });
    this.mark = h('span', { class: 'cb-Axis-brush', hidden: true });
    this.track = h('span', { class: 'cb-Axis-track' }, [this.mark]);
    this.node = h(
      'div',
      {
        class: `cb-Axis${lying ? ' cb-mod-lying' : ''}`,
        tabindex: 0,
        role: 'slider',
        'aria-valuemin': 0,
        'aria-valuemax': 100
      },
      [this.label, this.track, this.ticks],
      { keydown: event => this.pressed(event) }
    );
    this.track.addEventListener('pointerdown', event => this.begin(event));
    this.track.addEventListener('dblclick', () => this.brushed(null));
  }

  /** Put it on the screen: across at `at`, its values from `from` to `to`. */
  place(at: number, from: number, to: number): void {
    const [low, size] = [Math.min(from, to), Math.abs(to - from)];
    const style = this.node.style;
    this.size = size;
    if (this.lying) {
      Object.assign(style, {
        left: `${low}px`,
        width: `${size}px`,
        top: `${at - 30}px`,
        height: '52px'
      });
    } else {
      Object.assign(style, {
        left: `${at - 40}px`,
        width: '80px',
        top: `${low}px`,
        height: `${size}px`
      });
    }
  }

  show(scale: IScale, brush: Brush | null, score: boolean): void {
    this.scale = scale;
    this.brush = brush;
    this.node.classList.toggle('cb-mod-score', score);
    this.ticks.replaceChildren(...this.room(scale.ticks).map(tick => this.tick(tick)));
    this.mark.hidden = brush === null;
    if (brush !== null) {
      const [begin, size] = [`${brush[0] * 100}%`, `${(brush[1] - brush[0]) * 100}%`];
      Object.assign(
        this.mark.style,
        this.lying ? { left: begin, width: size } : { bottom: begin, height: size }
      );
    }
    const said = brush === null ? 'all' : `${scale.at(brush[0])} to ${scale.at(brush[1])}`;
    this.node.setAttribute(
      'aria-label',
      `${this.name}: arrows brush, Shift and arrows widen, Escape clears`
    );
    this.node.setAttribute('aria-valuetext', said);
    this.node.setAttribute(
      'aria-valuenow',
      String(Math.round(100 * (brush === null ? 0 : (brush[0] + brush[1]) / 2)))
    );
  }

  /** Those of the ticks that do not cover one another. */
  private room(ticks: readonly ITick[]): readonly ITick[] {
    let last = -Infinity;
    return ticks.filter(tick => {
      const half = this.lying ? (Math.min(tick.label.length, 10) * LETTER) / 2 : LINE / 2;
      const at = tick.place * this.size;
      const fits = at - half >= last;
      last = fits ? at + half + (this.lying ? 6 : 0) : last;
      return fits;
    });
  }

  private tick(tick: ITick): HTMLElement {
    const end = tick.place < 0.04 ? ' cb-mod-first' : tick.place > 0.96 ? ' cb-mod-last' : '';
    const made = h('span', { class: `cb-Axis-tick${end}`, title: tick.label }, [tick.label]);
    made.style.setProperty(this.lying ? 'left' : 'bottom', `${tick.place * 100}%`);
    return made;
  }

  dispose(): void {
    this.stop?.();
  }

  private begin(event: PointerEvent): void {
    if (event.button !== 0) {
      return;
    }
    const first = this.share(event);
    const moved = (next: PointerEvent): void => {
      const last = this.share(next);
      if (Math.abs(last - first) >= LEAST) {
        this.dragged = true;
        this.brushed([Math.min(first, last), Math.max(first, last)]);
      }
    };
    const ended = (): void => this.stop?.();
    this.dragged = false;
    this.stop = () => {
      window.removeEventListener('pointermove', moved);
      window.removeEventListener('pointerup', ended);
      this.stop = undefined;
      if (!this.dragged) {
        this.brushed(this.brush === null ? this.around(first) : null);
      }
    };
    window.addEventListener('pointermove', moved);
    window.addEventListener('pointerup', ended);
    event.preventDefault();
    this.node.focus({ preventScroll: true });
    this.track.addEventListener('click', one => one.stopPropagation(), { once: true });
  }

  /** A brush around the named value that is nearest. */
  private around(share: number): Brush {
    const ticks = this.scale?.ticks ?? [];
    const near = ticks.reduce(
      (best, tick) => (Math.abs(tick.place - share) < Math.abs(best - share) ? tick.place : best),
      ticks[0]?.place ?? share
    );
    return [near - MARGIN, near + MARGIN];
  }

  private share(event: PointerEvent): number {
    const box = this.track.getBoundingClientRect();
    const found = this.lying
      ? (event.clientX - box.left) / box.width
      : (box.bottom - event.clientY) / box.height;
    return Math.min(1, Math.max(0, found));
  }

  private pressed(event: KeyboardEvent): void {
    const up = event.key === 'ArrowUp' || event.key === 'ArrowRight';
    const down = event.key === 'ArrowDown' || event.key === 'ArrowLeft';
    if (event.key === 'Escape' || event.key === 'Delete' || event.key === 'Backspace') {
      this.brushed(null);
    } else if (event.key === 'Home' || event.key === 'End') {
      this.brushed(event.key === 'Home' ? [0, 0.25] : [0.75, 1]);
    } else if (up || down) {
      this.brushed(this.moved(up ? STEP : -STEP, event.shiftKey));
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private moved(by: number, wider: boolean): Brush {
    if (this.brush === null) {
      return by > 0 ? [0.75, 1] : [0, 0.25];
    }
    const [low, high] = this.brush;
    if (wider) {
      return [low, Math.min(1, Math.max(low + STEP, high + by))];
    }
    const size = high - low;
    const next = Math.min(1 - size, Math.max(0, low + by));
    return [next, next + size];
  }

  private readonly label: HTMLElement;
  private readonly ticks: HTMLElement;
  private readonly mark: HTMLElement;
  private readonly track: HTMLElement;
  private scale: IScale | undefined;
  private brush: Brush | null = null;
  private size = 0;
  private dragged = false;
  private stop: (() => void) | undefined;
}
