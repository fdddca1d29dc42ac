/** The whole view: the parameters, or the results of a run. */
import { Constraints } from './constraints';
import { button, h, mark } from './dom';
import { Preview } from './preview';
import { Results } from './results/results';
import { Rows } from './rows';
import { RunBar } from './runBar';
import { Sampling } from './sampling';
import { Store } from './store';
import { Transfer } from './transfer';
import type { IModel } from './types';

type Page = 'parameters' | 'results';

export class Grid {
  readonly node: HTMLElement;

  constructor(model: IModel) {
    this.store = new Store(model);
    this.results = new Results(this.store);
    const tabs = this.store.exploring ? [] : this.makeTabs();
    this.title = h('h3', { class: 'cb-Grid-title' }, [this.store.name]);
    const head = h('header', { class: 'cb-Grid-head' }, [
      this.title,
      tabs.length > 0
        ? h('div', { class: 'cb-Grid-tabs', role: 'group', 'aria-label': 'Pages' }, tabs)
        : null
    ]);
    this.parameters = this.store.exploring
      ? h('div')
      : h('div', { class: 'cb-Grid-page' }, [
          new Rows(this.store).node,
          new Constraints(this.store).node,
          new Sampling(this.store).node,
          new Preview(this.store).node,
          new Transfer(this.store).node
        ]);
    this.node = h(
      'section',
      { class: 'cb-Grid', 'aria-label': `Parameter grid ${this.store.name}` },
      [
        head,
        this.parameters,
        this.results.node,
        this.store.exploring ? null : new RunBar(this.store, () => this.open('results')).node
      ]
    );
    this.node.addEventListener('keydown', event => event.stopPropagation()); // no key is for the notebook's own shortcuts
    this.open(this.store.exploring ? 'results' : 'parameters');
    this.store.on('points', () => this.update());
    this.store.on('progress', () => this.update());
    this.update();
  }

  /** The element is in the page now: what is drawn knows its size. */
  attached(): void {
    this.results.draw();
  }

  dispose(): void {
    this.results.dispose();
    this.store.dispose();
  }

  private makeTabs(): readonly HTMLButtonElement[] {
    this.tabs = {
      parameters: button('Parameters', { class: 'cb-Tab' }, () => this.open('parameters')),
      results: button('Results', { class: 'cb-Tab' }, () => this.open('results'))
    };
    return Object.values(this.tabs);
  }

  private open(page: Page): void {
    this.page = page;
    this.parameters.hidden = page !== 'parameters';
    this.results.node.hidden = page !== 'results';
    if (page === 'results') {
      if (this.store.points.run === undefined && !this.store.exploring) {
        this.store.ask({ kind: 'look' });
      }
      this.results.draw();
    }
    this.update();
  }

  private update(): void {
    for (const page of ['parameters', 'results'] as const) {
      const tab = this.tabs?.[page];
      if (tab !== undefined) {
        mark(tab, 'aria-pressed', String(page === this.page));
      }
    }
    if (this.tabs !== undefined) {
      this.tabs.results.disabled =
        this.store.points.run === undefined && this.store.progress.run === undefined;
    }
  }

  private readonly store: Store;
  private readonly results: Results;
  private readonly title: HTMLElement;
  private readonly parameters: HTMLElement;
  private tabs: Record<Page, HTMLButtonElement> | undefined;
  private page: Page = 'parameters';
}
