/** What came of a run: the axes, the table of what is brushed, and the task that was picked. */
import { button, h, show } from '../dom';
import { number } from '../format';
import type { Store } from '../store';
import { Detail } from './detail';
import { Plot } from './plot';
import {
  directionOf,
  metricsOf,
  ranked,
  viewOf,
  within,
  type Direction,
  type IView
} from './points';
import { TaskList } from './taskList';

export class Results {
  readonly node: HTMLElement;

  constructor(private readonly store: Store) {
    this.metric = h('select', { class: 'cb-Select', 'aria-label': 'score' }, [], {
      change: () => this.score(this.metric.value)
    });
    this.direction = h(
      'select',
      { class: 'cb-Select', 'aria-label': 'what is good' },
      [
        h('option', { value: 'maximize' }, ['large is good']),
        h('option', { value: 'minimize' }, ['small is good'])
      ],
      { change: () => this.turn(this.direction.value as Direction) }
    );
    this.about = h('p', { class: 'cb-Results-about', role: 'status' });
    this.clear = button('Clear brushes', { class: 'cb-Button cb-mod-quiet', hidden: true }, () =>
      this.clearAll()
    );
    this.legend = h('span', { class: 'cb-Legend', 'aria-hidden': 'true' }, [
      h('i'),
      h('i'),
      h('i'),
      h('i'),
      h('i')
    ]);
    this.plot = new Plot({
      brush: (name, brush) => this.brush(name, brush),
      pick: place => this.pick(place)
    });
    this.list = new TaskList(place => this.pick(place));
    this.detail = new Detail(() => this.pick(null));
    this.empty = h('p', { class: 'cb-Results-empty' });
    this.node = h('div', { class: 'cb-Grid-page cb-Results' }, [
      h('div', { class: 'cb-Results-head' }, [
        h('label', { class: 'cb-Field' }, [
          h('span', { class: 'cb-Field-label' }, ['score']),
          this.metric
        ]),
        this.direction,
        this.legend,
        this.about,
        this.clear
      ]),
      this.empty,
      this.plot.node,
      this.detail.node,
      this.list.node
    ]);
    store.on('points', () => this.draw());
  }

  draw(): void {
    const points = this.store.points;
    const size = points.index?.length ?? 0;
    const hidden = size === 0;
    this.empty.hidden = !hidden;
    this.empty.textContent =
      points.run === undefined ? 'There is no run to look at yet.' : 'No task has been read yet.';
    [this.plot.node, this.list.node, this.metric, this.direction, this.legend].forEach(
      one => (one.hidden = hidden)
    );
    if (this.run !== points.run) {
      this.run = points.run;
      this.chosen = null;
      this.turned = null;
      this.picked = null;
      this.brushes.clear();
    }
    if (hidden) {
      this.about.textContent = '';
      return;
    }
    this.heads();
    this.view = viewOf(points, this.metricNow, this.directionNow);
    this.update();
  }

  dispose(): void {
    this.plot.dispose();
  }

  private get metricNow(): string {
    const names = metricsOf(this.store.points);
    const goal = this.store.points.goal?.metric ?? '';
    const first = names.includes(goal) ? goal : (names[0] ?? '');
    return this.chosen !== null && names.includes(this.chosen) ? this.chosen : first;
  }

  private get directionNow(): Direction {
    return this.turned ?? directionOf(this.store.points, this.metricNow);
  }

  private heads(): void {
    const names = metricsOf(this.store.points);
    if (names.join('\n') !== this.names) {
      this.names = names.join('\n');
      this.metric.replaceChildren(...names.map(name => h('option', { value: name }, [name])));
    }
    show(this.metric, this.metricNow);
    show(this.direction, this.directionNow);
    this.metric.disabled = names.length === 0;
  }

  private score(metric: string): void {
    this.brushes.delete(this.metricNow);
    this.chosen = metric;
    this.turned = null;
    this.draw();
  }

  private turn(direction: Direction): void {
    this.turned = direction;
    this.draw();
  }

  private brush(name: string, brush: readonly [number, number] | null): void {
    if (brush === null) {
      this.brushes.delete(name);
    } else {
      this.brushes.set(name, brush);
    }
    this.update();
  }

  private clearAll(): void {
    this.brushes.clear();
    this.update();
  }

  private pick(place: number | null): void {
    this.picked = place;
    this.update();
  }

  private update(): void {
    const { view } = this;
    const points = this.store.points;
    if (view === undefined) {
      return;
    }
    const inside = within(view, this.brushes);
    const order = ranked(view, inside);
    this.plot.show(view, inside, this.brushes, this.picked);
    this.list.show(points, view, order, this.metricNow, this.picked);
    this.detail.show(points, this.picked);
    this.clear.hidden = this.brushes.size === 0;
    this.about.textContent = this.told(order.length, view);
  }

  /** "12 of 40 tasks · 3 without this score · 5,000 of 1,000,000 tasks are drawn, chosen at random" */
  private told(count: number, view: IView): string {
    const points = this.store.points;
    const total = points.total ?? view.size;
    const parts = [
      count < view.size
        ? `${count.toLocaleString('en')} of ${number(view.size, 'task')}`
        : number(view.size, 'task')
    ];
    const without = view.goodness.reduce((sum, good) => sum + Number(Number.isNaN(good)), 0);
    if (without > 0) {
      parts.push(`${without.toLocaleString('en')} without ${this.metricNow || 'a score'}`);
    }
    if (total > view.size) {
      parts.push(
        `a random ${view.size.toLocaleString('en')} of ${total.toLocaleString('en')} are shown`
      );
    }
    if (points.live) {
      parts.push('still running');
    }
    return parts.join(' · ');
  }

  private readonly metric: HTMLSelectElement;
  private readonly direction: HTMLSelectElement;
  private readonly about: HTMLElement;
  private readonly clear: HTMLButtonElement;
  private readonly legend: HTMLElement;
  private readonly plot: Plot;
  private readonly list: TaskList;
  private readonly detail: Detail;
  private readonly empty: HTMLElement;
  private readonly brushes = new Map<string, readonly [number, number]>();
  private view: IView | undefined;
  private run: string | undefined;
  private chosen: string | null = null;
  private turned: Direction | null = null;
  private picked: number | null = null;
  private names = '\n';
}
