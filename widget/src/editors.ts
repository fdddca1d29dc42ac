/** The editor for the values of one parameter, by its kind. */
import { h, mark, show } from './dom';
import { hasStep, KINDS, LAWS, PLACEHOLDERS, type Field } from './kinds';
import type { IParameter, IRowFacts, Kind, Law } from './types';

const LABELS: Readonly<Record<Field, string>> = {
  text: 'values',
  start: 'from',
  stop: 'to',
  step: 'step',
  count: 'how many'
};
const LINES = 8;

type Change = (change: Partial<IParameter>, now?: boolean) => void;

export class Editor {
  readonly node: HTMLDivElement;

  constructor(
    private readonly kind: Kind,
    private readonly change: Change
  ) {
    this.node = h('div', { class: `cb-Editor cb-mod-${kind}` }, this.parts());
  }

  update(parameter: IParameter, facts: IRowFacts, said: string): void {
    const name = parameter.name?.length ? parameter.name : 'unnamed parameter';
    this.fields.forEach((field, key) => {
      show(field, parameter[key] ?? '');
      field.setAttribute('aria-label', `${LABELS[key]} of ${name}`);
      const wrong =
        facts.error !== undefined &&
        facts.field === (LABELS[key] === facts.field ? facts.field : key);
      mark(field, 'aria-invalid', wrong ? 'true' : null);
      mark(field, 'aria-describedby', wrong ? said : null);
    });
    if (this.law !== undefined) {
      show(this.law, parameter.law ?? 'uniform');
      this.law.setAttribute('aria-label', `distribution of ${name}`);
    }
    this.step?.toggleAttribute('hidden', !hasStep(parameter));
    this.grow();
  }

  private parts(): Node[] {
    if (this.kind === 'boolean') {
      return [h('span', { class: 'cb-Editor-fixed' }, ['False, True'])];
    }
    const found: Node[] = this.kind === 'distribution' ? [this.laws()] : [];
    for (const field of KINDS[this.kind].fields) {
      found.push(field === 'text' ? this.text() : this.number(field));
    }
    return found;
  }

  private laws(): Node {
    const options = Object.entries(LAWS).map(([law, label]) =>
      h('option', { value: law }, [label])
    );
    const made = h('select', { class: 'cb-Select' }, options, {
      change: () => this.change({ law: made.value as Law }, true)
    });
    this.law = made;
    return made;
  }

  private text(): Node {
    const several = this.kind === 'list' || this.kind === 'choices';
    const attributes = {
      class: `cb-Input cb-mod-code`,
      placeholder: PLACEHOLDERS[this.kind],
      spellcheck: 'false',
      autocomplete: 'off',
      rows: several ? 1 : null
    };
    const made = several ? h('textarea', attributes) : h('input', attributes);
    return this.typed('text', made);
  }

  private number(field: Field): Node {
    const made = h('input', {
      class: 'cb-Input cb-mod-number',
      inputmode: 'decimal',
      spellcheck: 'false',
      autocomplete: 'off',
      placeholder: field === 'step' ? '1' : ''
    });
    this.typed(field, made);
    const label = h('label', { class: 'cb-Field' }, [
      h('span', { class: 'cb-Field-label' }, [
        field === 'stop' && this.kind === 'range' ? 'to before' : LABELS[field]
      ]),
      made
    ]);
    if (field === 'step') {
      this.step = label;
    }
    return label;
  }

  private typed<T extends HTMLInputElement | HTMLTextAreaElement>(field: Field, made: T): T {
    made.addEventListener('input', () => {
      made.dataset['typed'] = 'true';
      this.change({ [field]: made.value });
      this.grow();
    });
    made.addEventListener('blur', () => delete made.dataset['typed']);
    this.fields.set(field, made);
    return made;
  }

  /** As many lines as there are, up to some. */
  private grow(): void {
    const area = this.fields.get('text');
    if (area instanceof HTMLTextAreaElement) {
      area.rows = Math.min(Math.max(area.value.split('\n').length, 1), LINES);
    }
  }

  private readonly fields = new Map<Field, HTMLInputElement | HTMLTextAreaElement>();
  private law: HTMLSelectElement | undefined;
  private step: HTMLElement | undefined;
}
