import { type ISignal, Signal } from '@lumino/signaling';

/** The parts of a run's page. */
export type RunSection =
  'tasks' | 'chart' | 'curves' | 'machines' | 'code' | 'inputs' | 'timeline' | 'facts';

/** Where a person is on a run's page. */
export class RunView {
  get section(): RunSection {
    return this.part;
  }

  set section(section: RunSection) {
    if (section !== this.part) {
      this.part = section;
      this.meant = '';
      this.signal.emit();
    }
  }

  /** The task that is open, null if none is. */
  get task(): number | null {
    return this.opened;
  }

  /** Open a task, wherever the person was; null closes it. */
  open(task: number | null): void {
    const section = task === null ? this.part : 'tasks';
    if (task !== this.opened || section !== this.part) {
      this.opened = task;
      this.part = section;
      this.signal.emit();
    }
  }

  /** The machine that a person wants to see, "" for none in particular. */
  get machine(): string {
    return this.meant;
  }

  /** Show a machine among the others. */
  showMachine(name: string): void {
    this.meant = name;
    this.part = 'machines';
    this.signal.emit();
  }

  get changed(): ISignal<this, void> {
    return this.signal;
  }

  private part: RunSection = 'tasks';
  private meant = '';
  private opened: number | null = null;
  private readonly signal = new Signal<this, void>(this);
}
