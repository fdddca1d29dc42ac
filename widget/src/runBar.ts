/** How much it is, how long it will take, and the button that starts it; afterwards how it goes. */
import { button, h } from './dom';
import { duration, number } from './format';
import { cancelOnServer } from './server';
import type { Store } from './store';
import type { IProgress } from './types';

const UNLUCKY = ['failed', 'unknown', 'pruned', 'cancelled'] as const;
const ORDER = ['succeeded', 'failed', 'unknown', 'pruned', 'cancelled', 'running'] as const;

export class RunBar {
  readonly node: HTMLElement;

  constructor(
    private readonly store: Store,
    private readonly look: () => void
  ) {
    this.count = h('strong', { class: 'cb-RunBar-count' });
    this.facts = h('span', { class: 'cb-RunBar-facts' });
    this.problem = h('p', { class: 'cb-Error', role: 'status' });
    this.said = h('p', { class: 'cb-GridNotice', role: 'status' });
    this.run = button('Run', { class: 'cb-Button cb-mod-primary' }, () =>
      store.ask({ kind: 'run' })
    );
    this.cancel = button(
      'Cancel',
      { class: 'cb-Button', hidden: true },
      () => void this.cancelled()
    );
    this.results = button('Results', { class: 'cb-Button', hidden: true }, () => this.look());
    this.bar = h('div', {
      class: 'cb-Bar',
      role: 'progressbar',
      'aria-valuemin': 0,
      'aria-valuemax': 100
    });
    this.text = h('p', { class: 'cb-RunBar-text', role: 'status' });
    this.live = h('div', { class: 'cb-RunBar-live', hidden: true }, [this.bar, this.text]);
    this.node = h('footer', { class: 'cb-RunBar' }, [
      h('div', { class: 'cb-RunBar-line' }, [
        h('p', { class: 'cb-RunBar-sum', role: 'status' }, [this.count, this.facts]),
        h('span', { class: 'cb-RunBar-buttons' }, [this.results, this.cancel, this.run])
      ]),
      this.problem,
      this.live,
      this.said
    ]);
    for (const part of ['spec', 'facts', 'progress', 'waiting', 'notice'] as const) {
      store.on(part, () => this.update());
    }
    store.onAnswer(answer => {
      this.refused = answer.kind === 'refused' ? (answer.message ?? '') : '';
      this.update();
    });
    this.update();
  }

  /** The server hears it also while the kernel is busy. */
  private async cancelled(): Promise<void> {
    this.cancel.disabled = true;
    if (!(await cancelOnServer(this.store.progress.run ?? ''))) {
      this.store.ask({ kind: 'cancel' });
    }
  }

  private update(): void {
    const { facts, progress, settled, waiting } = this.store;
    const count = facts.count ?? null;
    const there = this.store.parameters.length > 0;
    this.node.classList.toggle('cb-mod-counting', !settled);
    this.count.textContent =
      count === null ? (there ? this.toMend() : 'No tasks yet') : number(count, 'task');
    this.facts.replaceChildren(...this.told());
    this.problem.textContent = facts.problem ?? '';
    this.said.textContent = this.saying();
    const live = progress.live === true;
    this.run.disabled = count === null || live || waiting?.kind === 'run';
    this.run.textContent = waiting?.kind === 'run' && !waiting.silent ? 'Starting…' : 'Run';
    this.run.title = facts.bound ? `Runs ${facts.bound}` : 'Bind a function or a cell first';
    this.cancel.hidden = !live;
    this.cancel.disabled = progress.state === 'cancelling';
    this.results.hidden = progress.run === undefined;
    this.live.hidden = progress.run === undefined;
    this.shows(progress);
  }

  /** "2 parameters to mend" */
  private toMend(): string {
    const wrong = Object.values(this.store.facts.rows ?? {}).filter(row => row.error).length;
    return wrong > 0 ? `${number(wrong, 'parameter')} to mend` : '—';
  }

  private told(): Node[] {
    const { time, basis, cost, bound } = this.store.facts;
    const found: Node[] = [];
    const add = (text: string | undefined, title = ''): void => {
      if (text) {
        found.push(h('span', { title }, [text]));
      }
    };
    add(time, basis);
    add(cost);
    add(bound);
    return this.store.facts.count === null || this.store.facts.count === undefined ? [] : found;
  }

  private saying(): string {
    const { waiting, notice } = this.store;
    if (waiting?.silent) {
      return 'The kernel does not answer: it is busy with a cell, or this grid belongs to a kernel that has ended. Run its cell again.';
    }
    return this.refused || notice;
  }

  private shows(progress: IProgress): void {
    const total = progress.total ?? 0;
    const ended = progress.ended ?? 0;
    const share = total > 0 ? Math.round((100 * ended) / total) : 0;
    this.bar.setAttribute('aria-valuenow', String(share));
    this.bar.setAttribute('aria-label', `Run ${progress.run ?? ''}`);
    const counts = progress.counts ?? {};
    this.bar.replaceChildren(
      ...ORDER.filter(state => counts[state] !== undefined && total > 0).map(state => {
        const part = h('span', { class: `cb-Bar-part cb-mod-${state}` });
        part.style.width = `${(100 * (counts[state] ?? 0)) / total}%`;
        return part;
      })
    );
    this.text.textContent = progress.error ?? sentence(progress);
    this.text.classList.toggle('cb-Error', progress.error !== undefined);
  }

  private readonly count: HTMLElement;
  private readonly facts: HTMLElement;
  private readonly problem: HTMLElement;
  private readonly said: HTMLElement;
  private readonly run: HTMLButtonElement;
  private readonly cancel: HTMLButtonElement;
  private readonly results: HTMLButtonElement;
  private readonly bar: HTMLElement;
  private readonly text: HTMLElement;
  private readonly live: HTMLElement;
  private refused = '';
}

/** "12 of 24 · 2 failed · 3.0 s · about 4.0 s left"; of an ended run "22 succeeded · 2 failed · 6.0 s" */
export function sentence(progress: IProgress): string {
  const counts = progress.counts ?? {};
  const states = progress.live ? UNLUCKY : (['succeeded', ...UNLUCKY] as const);
  const parts = progress.live ? [`${fmt(progress.ended)} of ${fmt(progress.total)}`] : [];
  for (const state of states) {
    if (counts[state]) {
      parts.push(`${fmt(counts[state])} ${state}`);
    }
  }
  if (progress.seconds !== null && progress.seconds !== undefined) {
    parts.push(duration(progress.seconds));
  }
  if (progress.live && progress.left !== null && progress.left !== undefined) {
    parts.push(`about ${duration(progress.left)} left`);
  }
  if (progress.live && progress.reason) {
    parts.push(progress.reason);
  }
  return parts.filter(Boolean).join(' · ');
}

function fmt(value: number | undefined): string {
  return (value ?? 0).toLocaleString('en');
}
