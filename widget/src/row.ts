/** One parameter: its name, its kind, its values, the condition under which it exists, and what is wrong with it. */
import { button, h, iconButton, ICONS, mark, picture, show } from './dom';
import { Editor } from './editors';
import { KINDS, turned } from './kinds';
import type { Store } from './store';
import type { IParameter, IRowFacts, Kind } from './types';

export interface IRowActions {
  add(after: string): void;
  remove(id: string): void;
  move(id: string, by: -1 | 1): void;
}

let made = 0;

export class Row {
  readonly node: HTMLLIElement;

  constructor(
    readonly id: string,
    private readonly store: Store,
    private readonly actions: IRowActions
  ) {
    this.said = `cb-said-${(made += 1)}`;
    this.handle = button('', { class: 'cb-Row-handle', 'data-role': 'handle' }, () => undefined, [
      picture(ICONS.grip)
    ]);
    this.name = this.field('name', 'name', 'cb-Input cb-Row-name cb-mod-code');
    this.when = this.field('when', "kernel == 'rbf'", 'cb-Input cb-mod-code');
    this.kind = h(
      'select',
      { class: 'cb-Select cb-Row-kind' },
      Object.entries(KINDS).map(([kind, { label }]) => h('option', { value: kind }, [label])),
      { change: () => this.turn(this.kind.value as Kind) }
    );
    this.count = h('span', { class: 'cb-Row-count' });
    this.condition = h('label', { class: 'cb-Row-when', hidden: true }, [
      h('span', { class: 'cb-Field-label' }, ['only when']),
      this.when
    ]);
    this.error = h('p', { class: 'cb-Error', id: this.said, role: 'status' });
    this.shown = h('p', { class: 'cb-Row-shown' });
    this.place = h('div', { class: 'cb-Row-editor' });
    this.whenButton = button('if', { class: 'cb-Button cb-Row-if', title: 'Condition of' }, () =>
      this.toggleCondition()
    );
    this.tools = h('span', { class: 'cb-Row-tools' }, [
      this.whenButton,
      iconButton(ICONS.up, 'Move up', () => actions.move(id, -1)),
      iconButton(ICONS.down, 'Move down', () => actions.move(id, 1)),
      iconButton(ICONS.remove, 'Remove', () => actions.remove(id))
    ]);
    this.node = h(
      'li',
      { class: 'cb-Row', 'data-id': id },
      [
        this.handle,
        this.name,
        this.kind,
        this.place,
        this.count,
        this.tools,
        this.condition,
        this.error,
        this.shown
      ],
      { keydown: event => this.pressed(event) }
    );
  }

  focusName(): void {
    this.name.focus();
    this.name.select();
  }

  focusHandle(): void {
    this.handle.focus();
  }

  update(parameter: IParameter, facts: IRowFacts, position: string): void {
    const kind = parameter.kind ?? 'list';
    const name = parameter.name?.length ? parameter.name : 'unnamed parameter';
    this.edited(kind);
    show(this.name, parameter.name ?? '');
    show(this.kind, kind);
    show(this.when, parameter.when ?? '');
    this.handle.setAttribute(
      'aria-label',
      `${name}, ${position}. Enter adds, Delete removes, Alt and arrows move`
    );
    this.handle.title = 'Enter adds a parameter, Delete removes it, Alt+↑ and Alt+↓ move it';
    this.name.setAttribute('aria-label', `name of parameter ${position}`);
    this.kind.setAttribute('aria-label', `kind of ${name}`);
    this.kind.title = KINDS[kind].about;
    this.when.setAttribute('aria-label', `condition for ${name}`);
    this.tools.querySelectorAll('button').forEach(one => {
      one.setAttribute('aria-label', `${one.title} ${name}`);
    });
    this.editor?.update(parameter, facts, this.said);
    this.tell(parameter, facts, kind);
  }

  private tell(parameter: IParameter, facts: IRowFacts, kind: Kind): void {
    const place = placed(parameter.text ?? '', facts);
    this.error.textContent = facts.error ? place + facts.error : '';
    for (const [field, key] of [
      [this.name, 'name'],
      [this.when, 'when']
    ] as const) {
      mark(field, 'aria-invalid', facts.field === key ? 'true' : null);
      mark(field, 'aria-describedby', facts.field === key ? this.said : null);
    }
    this.node.classList.toggle('cb-mod-wrong', Boolean(facts.error));
    const plain =
      kind === 'list' || kind === 'choices' || kind === 'boolean' || kind === 'constant';
    this.shown.textContent = plain || kind === 'distribution' ? '' : (facts.shown ?? '');
    this.count.textContent =
      facts.count === undefined
        ? ''
        : kind === 'constant'
          ? ''
          : `× ${facts.count.toLocaleString('en')}`;
    this.count.title = facts.shown ?? '';
    const conditional = Boolean(parameter.when) || this.opened;
    this.condition.hidden = !conditional || kind === 'constant';
    this.whenButton.hidden = kind === 'constant';
    mark(this.whenButton, 'aria-pressed', String(conditional));
  }

  private edited(kind: Kind): void {
    if (this.editing === kind) {
      return;
    }
    this.editing = kind;
    this.editor = new Editor(kind, (change, now) => this.store.editParameter(this.id, change, now));
    this.place.replaceChildren(this.editor.node);
  }

  private turn(kind: Kind): void {
    const parameter = this.store.parameters.find(one => one.id === this.id);
    if (parameter !== undefined) {
      this.store.editParameter(this.id, turned(parameter, kind), true);
    }
  }

  private toggleCondition(): void {
    this.opened = this.condition.hidden;
    this.store.editParameter(this.id, { when: '' }, true);
    if (this.opened) {
      this.when.focus();
    }
  }

  private field(key: 'name' | 'when', placeholder: string, style: string): HTMLInputElement {
    const made = h(
      'input',
      { class: style, placeholder, spellcheck: 'false', autocomplete: 'off' },
      [],
      {
        input: () => {
          made.dataset['typed'] = 'true';
          this.store.editParameter(this.id, { [key]: made.value });
        },
        blur: () => delete made.dataset['typed']
      }
    );
    return made;
  }

  private pressed(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const onHandle = target === this.handle;
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      this.actions.move(this.id, event.key === 'ArrowUp' ? -1 : 1);
    } else if (event.key === 'Enter' && (onHandle || target instanceof HTMLInputElement)) {
      this.actions.add(this.id);
    } else if (onHandle && (event.key === 'Delete' || event.key === 'Backspace')) {
      this.actions.remove(this.id);
    } else if (onHandle && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      this.neighbour(event.key === 'ArrowUp')?.focus();
    } else if (event.key === 'Escape' && !onHandle) {
      this.handle.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private neighbour(above: boolean): HTMLElement | null {
    const other = above ? this.node.previousElementSibling : this.node.nextElementSibling;
    return other?.querySelector<HTMLElement>('[data-role=handle]') ?? null;
  }

  private readonly said: string;
  private readonly handle: HTMLButtonElement;
  private readonly name: HTMLInputElement;
  private readonly when: HTMLInputElement;
  private readonly kind: HTMLSelectElement;
  private readonly count: HTMLElement;
  private readonly condition: HTMLElement;
  private readonly whenButton: HTMLButtonElement;
  private readonly tools: HTMLElement;
  private readonly error: HTMLElement;
  private readonly shown: HTMLElement;
  private readonly place: HTMLElement;
  private editor: Editor | undefined;
  private editing: Kind | undefined;
  private opened = false;
}

/** Where the error is, unless that can be seen. */
function placed(text: string, facts: IRowFacts): string {
  const { line, column = 1 } = facts;
  if (line === undefined || (line === 1 && column === 1 && !text.includes('\n'))) {
    return '';
  }
  return text.includes('\n') ? `Line ${line}, column ${column}: ` : `Column ${column}: `;
}
