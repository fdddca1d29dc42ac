import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { StatusAnswer } from '../api/client';
import type { IRunManager } from '../tokens';

/** Notices that a controller was replaced while runs went on. One that ends for want of work is none. */
export class Restarts implements IDisposable {
  constructor(manager: IRunManager) {
    manager.statusChanged.connect(this.onStatus, this);
  }

  /** The environments; another set whenever it changes. */
  get envs(): ReadonlySet<string> {
    return this.noticed;
  }

  get changed(): ISignal<this, void> {
    return this.signal;
  }

  /** A person has read it. */
  dismiss(env: string): void {
    this.noticed = new Set([...this.noticed].filter(each => each !== env));
    this.signal.emit();
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    this.disposed = true;
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  private onStatus(_: IRunManager, { stores, counts }: StatusAnswer): void {
    const isBusy = counts.runs > 0;
    for (const { env, controller } of stores) {
      const { pid, state } = controller;
      const before = this.pids.get(env);
      if (state !== 'running' || pid === null) {
        continue;
      }
      if (before !== undefined && before !== pid && isBusy && this.wasBusy) {
        this.noticed = new Set([...this.noticed, env]);
        this.signal.emit();
      }
      this.pids.set(env, pid);
    }
    this.wasBusy = isBusy;
  }

  private wasBusy = false;
  private disposed = false;
  private noticed: ReadonlySet<string> = new Set();
  private readonly pids = new Map<string, number>();
  private readonly signal = new Signal<this, void>(this);
}
