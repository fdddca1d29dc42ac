/** Which of the combinations run, where, and how many at once. */
import { h, mark, show } from './dom';
import { SAMPLERS } from './kinds';
import type { Store } from './store';
import type { Sampler } from './types';

type Key = 'sample' | 'seed' | 'parallel';

export class Sampling {
  readonly node: HTMLElement;

  constructor(private readonly store: Store) {
    this.sampler = h(
      'select',
      { class: 'cb-Select', 'aria-label': 'which combinations run' },
      Object.entries(SAMPLERS).map(([sampler, label]) => h('option', { value: sampler }, [label])),
      { change: () => this.choose(this.sampler.value as Sampler) }
    );
    this.target = h('select', { class: 'cb-Select', 'aria-label': 'target' }, [], {
      change: () => store.edit({ target: this.target.value }, true)
    });
    this.sampled = [this.field('sample', 'size'), this.field('seed', 'seed')];
    this.error = h('p', { class: 'cb-Error', role: 'status' });
    this.node = h(
      'section',
      { class: 'cb-Section cb-Sampling', 'aria-label': 'Sample and target' },
      [
        h('label', { class: 'cb-Field' }, [
          h('span', { class: 'cb-Field-label' }, ['run']),
          this.sampler
        ]),
        ...this.sampled,
        h('label', { class: 'cb-Field' }, [
          h('span', { class: 'cb-Field-label' }, ['on']),
          this.target
        ]),
        this.field('parallel', 'at once'),
        this.error
      ]
    );
    store.on('spec', () => this.update());
    store.on('facts', () => this.update());
    this.update();
  }

  private choose(sampler: Sampler): void {
    const size = this.store.spec.sample;
    this.store.edit({ sampler, ...(sampler !== '' && !size ? { sample: '20' } : {}) }, true);
  }

  private field(key: Key, label: string): HTMLElement {
    const made = h(
      'input',
      {
        class: 'cb-Input cb-mod-number',
        inputmode: 'numeric',
        placeholder: key === 'sample' ? '20' : 'any',
        autocomplete: 'off'
      },
      [],
      {
        input: () => {
          made.dataset['typed'] = 'true';
          this.store.edit({ [key]: made.value });
        },
        blur: () => delete made.dataset['typed']
      }
    );
    this.fields.set(key, made);
    return h('label', { class: 'cb-Field' }, [
      h('span', { class: 'cb-Field-label' }, [label]),
      made
    ]);
  }

  private update(): void {
    const { spec, facts } = this.store;
    show(this.sampler, spec.sampler ?? '');
    this.sampled.forEach(label => label.toggleAttribute('hidden', !spec.sampler));
    const errors = facts.options ?? {};
    this.fields.forEach((field, key) => {
      show(field, spec[key] ?? '');
      mark(field, 'aria-invalid', errors[key] ? 'true' : null);
    });
    this.error.textContent = Object.values(errors).join('; ');
    this.targets();
  }

  private targets(): void {
    const chosen = this.store.spec.target ?? 'local';
    const there = this.store.facts.targets ?? [];
    const known = there.some(one => one.name === chosen)
      ? there
      : [...there, { name: chosen, about: '' }];
    if (this.target.children.length !== known.length) {
      this.target.replaceChildren(
        ...known.map(one => h('option', { value: one.name, title: one.about }, [one.name]))
      );
    }
    show(this.target, chosen);
  }

  private readonly sampler: HTMLSelectElement;
  private readonly target: HTMLSelectElement;
  private readonly sampled: readonly HTMLElement[];
  private readonly error: HTMLElement;
  private readonly fields = new Map<Key, HTMLInputElement>();
}
