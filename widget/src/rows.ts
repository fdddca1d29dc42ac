/** The list of parameters: adding, removing, reordering, with the focus where a person expects it. */
import { button, h, ICONS, picture } from './dom';
import { Row } from './row';
import type { Store } from './store';
import type { IParameter } from './types';

export class Rows {
  readonly node: HTMLElement;

  constructor(private readonly store: Store) {
    this.list = h('ol', { class: 'cb-Rows', 'aria-label': 'Parameters' });
    this.empty = h('p', { class: 'cb-Rows-empty' }, [
      'No parameters yet: every task gets one value of each parameter that you add, such as a learning rate or a seed.'
    ]);
    this.said = h('p', { class: 'cb-Hidden', role: 'status', 'aria-live': 'polite' });
    const add = button('Add a parameter', { class: 'cb-Button cb-Rows-add' }, () => this.add(), [
      picture(ICONS.add),
      'Add a parameter'
    ]);
    this.node = h('section', { class: 'cb-Section', 'aria-label': 'Parameters' }, [
      this.empty,
      this.list,
      add,
      this.said
    ]);
    this.adder = add;
    store.on('spec', () => this.update());
    store.on('facts', () => this.update());
    this.update();
  }

  private add(after?: string): void {
    const there = [...this.store.parameters];
    const id = freeId(there);
    const place = after === undefined ? there.length : there.findIndex(one => one.id === after) + 1;
    there.splice(place, 0, { id, kind: 'list' });
    this.store.edit({ parameters: there }, true);
    this.rows.get(id)?.focusName();
    this.said.textContent = `Parameter ${place + 1} added`;
  }

  private remove(id: string): void {
    const there = this.store.parameters;
    const place = there.findIndex(one => one.id === id);
    const left = there.filter(one => one.id !== id);
    this.store.edit({ parameters: left }, true);
    const next = left[Math.min(place, left.length - 1)];
    if (next === undefined) {
      this.adder.focus();
    } else {
      this.rows.get(next.id)?.focusHandle();
    }
    this.said.textContent = `${there[place]?.name ?? 'Parameter'} removed`;
  }

  private move(id: string, by: -1 | 1): void {
    const there = [...this.store.parameters];
    const from = there.findIndex(one => one.id === id);
    const to = from + by;
    const moved = there[from];
    if (moved === undefined || to < 0 || to >= there.length) {
      return;
    }
    there.splice(from, 1);
    there.splice(to, 0, moved);
    const focused = this.rows.get(id)?.node.contains(document.activeElement)
      ? document.activeElement
      : null;
    this.store.edit({ parameters: there }, true);
    (focused as HTMLElement | null)?.focus();
    this.said.textContent = `${moved.name ?? 'Parameter'} is now ${to + 1} of ${there.length}`;
  }

  private update(): void {
    const there = this.store.parameters;
    const ids = new Set(there.map(one => one.id));
    this.rows.forEach((row, id) => {
      if (!ids.has(id)) {
        row.node.remove();
        this.rows.delete(id);
      }
    });
    there.forEach((parameter, place) => this.updateRow(parameter, place, there.length));
    this.empty.hidden = there.length > 0;
  }

  private updateRow(parameter: IParameter, place: number, total: number): void {
    let row = this.rows.get(parameter.id);
    if (row === undefined) {
      row = new Row(parameter.id, this.store, {
        add: after => this.add(after),
        remove: id => this.remove(id),
        move: (id, by) => this.move(id, by)
      });
      this.rows.set(parameter.id, row);
    }
    if (this.list.children[place] !== row.node) {
      this.list.insertBefore(row.node, this.list.children[place] ?? null);
    }
    const facts = this.store.facts.rows?.[parameter.id] ?? {};
    row.update(parameter, facts, `${place + 1} of ${total}`);
  }

  private readonly list: HTMLOListElement;
  private readonly empty: HTMLElement;
  private readonly said: HTMLElement;
  private readonly adder: HTMLButtonElement;
  private readonly rows = new Map<string, Row>();
}

/** An id that no parameter has. */
export function freeId(there: readonly IParameter[]): string {
  const taken = new Set(there.map(one => one.id));
  let number = there.length;
  while (taken.has(`p${number}`)) {
    number += 1;
  }
  return `p${number}`;
}
