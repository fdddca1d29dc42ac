import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import { Again } from './again';

/** What is asked for while somebody looks at it, and again when told to, but not oftener than every `gap` milliseconds. */
export abstract class LookedAt implements IDisposable {
  constructor(gap: number) {
    this.again = new Again(signal => this.round(signal), gap);
    this.again.stop(); // until somebody looks
  }

  /** Why what is shown is missing or old. */
  get error(): Error | null {
    return this.trouble;
  }

  get changed(): ISignal<this, void> {
    return this.signal;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** Ask again, if somebody looks. */
  poke(): void {
    this.again.ask();
  }

  dispose(): void {
    this.disposed = true;
    this.again.stop();
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  /** Ask, and keep the answer. What it throws is the `error`, unless `signal` was aborted. */
  protected abstract read(signal: AbortSignal): Promise<void>;

  /** Somebody looks, from now on or no longer. */
  protected look(looks: boolean): void {
    const going = looks && !this.disposed;
    if (going === this.going) {
      return;
    }
    this.going = going;
    if (going) {
      this.again.start();
      this.again.ask();
    } else {
      this.again.stop();
    }
  }

  /** Something is shown otherwise. */
  protected tell(): void {
    this.signal.emit();
  }

  private async round(signal: AbortSignal): Promise<void> {
    try {
      await this.read(signal);
      this.trouble = null;
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      this.trouble = error instanceof Error ? error : new Error(String(error));
    }
    this.tell();
  }

  private trouble: Error | null = null;
  private going = false;
  private disposed = false;
  private readonly again: Again;
  private readonly signal = new Signal<this, void>(this);
}
