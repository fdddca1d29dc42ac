/** Conditions that every task has to meet. */
import { button, h, iconButton, ICONS, mark, show } from './dom';
import type { Store } from './store';

interface ILine {
  readonly node: HTMLLIElement;
  readonly field: HTMLInputElement;
  readonly error: HTMLElement;
}

let made = 0;

export class Constraints {
  readonly node: HTMLElement;

  constructor(private readonly store: Store) {
    this.list = h('ol', { class: 'cb-Constraints', 'aria-label': 'Constraints' });
    this.adder = button('Add a constraint', { class: 'cb-Button cb-mod-quiet' }, () =>
      this.add(this.where.length)
    );
    this.node = h('section', { class: 'cb-Section', 'aria-label': 'Constraints' }, [
      this.list,
      this.adder
    ]);
    store.on('spec', () => this.update());
    store.on('facts', () => this.update());
    this.update();
  }

  private get where(): readonly string[] {
    return this.store.spec.where ?? [];
  }

  private add(place: number): void {
    this.store.edit(
      { where: [...this.where.slice(0, place), '', ...this.where.slice(place)] },
      true
    );
    this.lines[place]?.field.focus();
  }

  private remove(place: number): void {
    this.store.edit({ where: this.where.filter((_, other) => other !== place) }, true);
    (this.lines[Math.min(place, this.lines.length - 1)]?.field ?? this.adder).focus();
  }

  private update(): void {
    while (this.lines.length > this.where.length) {
      this.lines.pop()?.node.remove();
    }
    while (this.lines.length < this.where.length) {
      const line = this.line(this.lines.length);
      this.lines.push(line);
      this.list.append(line.node);
    }
    this.where.forEach((condition, place) => {
      const line = this.lines[place];
      const error = this.store.facts.where?.[place] ?? '';
      if (line !== undefined) {
        show(line.field, condition);
        line.error.textContent = error;
        mark(line.field, 'aria-invalid', error ? 'true' : null);
        mark(line.field, 'aria-describedby', error ? line.error.id : null);
      }
    });
  }

  private line(place: number): ILine {
    const field = h(
      'input',
      {
        class: 'cb-Input cb-mod-code',
        placeholder: 'lr * depth < 1',
        'aria-label': `constraint ${place + 1}`,
        spellcheck: 'false',
        autocomplete: 'off'
      },
      [],
      {
        input: () => {
          field.dataset['typed'] = 'true';
          this.store.edit({
            where: this.where.map((one, other) => (other === place ? field.value : one))
          });
        },
        blur: () => delete field.dataset['typed'],
        keydown: event => this.pressed(event, place, field)
      }
    );
    const error = h('p', { class: 'cb-Error', id: `cb-where-${(made += 1)}`, role: 'status' });
    const remove = iconButton(ICONS.remove, `Remove constraint ${place + 1}`, () =>
      this.remove(place)
    );
    const label = h('span', { class: 'cb-Field-label', 'aria-hidden': 'true' }, ['where']);
    return {
      node: h('li', { class: 'cb-Constraint' }, [label, field, remove, error]),
      field,
      error
    };
  }

  private pressed(event: KeyboardEvent, place: number, field: HTMLInputElement): void {
    if (event.key === 'Enter') {
      this.add(place + 1);
    } else if (event.key === 'Backspace' && field.value === '') {
      this.remove(place);
    } else if (event.key === 'Escape') {
      this.adder.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private readonly list: HTMLOListElement;
  private readonly adder: HTMLButtonElement;
  private readonly lines: ILine[] = [];
}
