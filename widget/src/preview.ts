/** The first tasks, as a table. */
import { h } from './dom';
import { number, short } from './format';
import type { Store } from './store';

export class Preview {
  readonly node: HTMLElement;

  constructor(private readonly store: Store) {
    this.title = h('summary', { class: 'cb-Summary' });
    this.body = h('div', {
      class: 'cb-GridTable-scroll',
      tabindex: 0,
      role: 'region',
      'aria-label': 'First tasks'
    });
    this.node = h('details', { class: 'cb-Details' }, [this.title, this.body]);
    store.on('facts', () => this.update());
    this.update();
  }

  private update(): void {
    const { preview, count } = this.store.facts;
    const rows = preview?.rows ?? [];
    this.node.hidden = rows.length === 0;
    const all = count === rows.length;
    this.title.textContent = all
      ? `All ${number(rows.length, 'task')}`
      : `The first ${number(rows.length, 'task')}`;
    if (preview !== undefined) {
      this.body.replaceChildren(
        table(
          ['#', ...preview.columns],
          rows.map((row, index) => [index, ...row])
        )
      );
    }
  }

  private readonly title: HTMLElement;
  private readonly body: HTMLElement;
}

/** A table of values; missing ones are shown as a dash. */
export function table(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[]
): HTMLTableElement {
  const style = (place: number): string =>
    rows.every(row => isFigure(row[place])) ? 'cb-mod-number' : '';
  const head = h(
    'tr',
    {},
    columns.map((name, place) => h('th', { scope: 'col', class: style(place) }, [name]))
  );
  const lines = rows.map(row =>
    h(
      'tr',
      {},
      row.map((value, place) => h('td', { class: style(place) }, [short(value)]))
    )
  );
  return h('table', { class: 'cb-GridTable' }, [h('thead', {}, [head]), h('tbody', {}, lines)]);
}

/** Whether a value belongs in a column of numbers. */
export function isFigure(value: unknown): boolean {
  return value === null || value === undefined || typeof value === 'number';
}
