import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { IRunManager } from '../tokens';
import { type Grouping, grouped, linesOf, type RunListItem } from './runGroups';
import { RunPages } from './runPages';

/** The runs of a panel as they are looked at: in groups, some of them closed, one run with its detail below it. */
export class RunList implements IDisposable {
  constructor(readonly manager: IRunManager) {
    this.pages = new RunPages(manager);
    this.pages.changed.connect(this.touch, this);
  }

  /** The rows, their filter, and how they are read. */
  readonly pages: RunPages;

  /** Anything is different; emitted once for changes that come together. */
  get changed(): ISignal<this, void> {
    return this.signal;
  }

  /** Goes up with every change. */
  get version(): number {
    return this.turn;
  }

  /** What is shown, line by line. */
  get lines(): readonly RunListItem[] {
    return this.shownLines;
  }

  /** Targets that were seen, for a choice. */
  get targets(): readonly string[] {
    return this.knownTargets;
  }

  get grouping(): Grouping {
    return this.by;
  }

  set grouping(by: Grouping) {
    this.by = by;
    this.touch();
  }

  /** Whether rows take one line instead of two. */
  get isCompact(): boolean {
    return this.compact;
  }

  set isCompact(isCompact: boolean) {
    this.compact = isCompact;
    this.touch();
  }

  /** Open or close a group. */
  toggleGroup(key: string): void {
    if (!this.closed.delete(key)) {
      this.closed.add(key);
    }
    this.touch();
  }

  /** The run whose detail is shown below its row, null for none. */
  get expanded(): string | null {
    return this.open;
  }

  set expanded(run: string | null) {
    this.open = run;
    this.touch();
  }

  get isDisposed(): boolean {
    return this.pages.isDisposed;
  }

  dispose(): void {
    this.pages.dispose();
    Signal.clearData(this);
  }

  private touch(): void {
    if (this.touched) {
      return;
    }
    this.touched = true;
    queueMicrotask(() => {
      this.touched = false;
      if (!this.isDisposed) {
        this.arrange();
        this.signal.emit();
      }
    });
  }

  private arrange(): void {
    const { rows } = this.pages;
    this.turn += 1;
    this.shownLines = linesOf(grouped(rows, this.by), this.closed);
    const targets = new Set([...this.knownTargets, ...rows.map(row => row.target)]);
    if (targets.size !== this.knownTargets.length) {
      this.knownTargets = [...targets].sort();
    }
  }

  private by: Grouping = 'notebook';
  private compact = false;
  private open: string | null = null;
  private turn = 0;
  private touched = false;
  private shownLines: readonly RunListItem[] = [];
  private knownTargets: readonly string[] = [];
  private readonly closed = new Set<string>();
  private readonly signal = new Signal<this, void>(this);
}
