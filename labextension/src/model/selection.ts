import { type ISignal, Signal } from '@lumino/signaling';

/** Tasks that are chosen, by index: they stay chosen when the table is sorted, filtered or scrolled. */
export class TaskSelection {
  /** Another set whenever the choice is different. */
  get tasks(): ReadonlySet<number> {
    return this.chosen;
  }

  get changed(): ISignal<this, void> {
    return this.signal;
  }

  /** Choose it, or not any more. */
  toggle(task: number): void {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(task)) {
      chosen.add(task);
    }
    this.take(chosen);
  }

  /** Choose these as well. */
  add(tasks: Iterable<number>): void {
    this.take(new Set([...this.chosen, ...tasks]));
  }

  clear(): void {
    if (this.chosen.size > 0) {
      this.take(new Set());
    }
  }

  private take(chosen: ReadonlySet<number>): void {
    this.chosen = chosen;
    this.signal.emit();
  }

  private chosen: ReadonlySet<number> = new Set();
  private readonly signal = new Signal<this, void>(this);
}
