import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';

import type { IRunClient } from '../api/client';
import { type IShownOutput, OutputList } from './outputList';

const PAGE = 1 << 20;
const FAST = 700;
const SLOW = 5000;

/**
 * What a task has displayed, as a cell would keep it: updates and clearings are applied, and texts between the displays
 * are there, shortened. It asks only while it is shown and the page is in view.
 */
export class OutputsModel implements IDisposable {
  constructor(
    private readonly client: IRunClient,
    private readonly run: string,
    private readonly index: number
  ) {
    this.poll = new Poll({
      auto: false,
      factory: () => this.queued(),
      frequency: { interval: FAST, backoff: 2, max: 10_000 },
      standby: 'when-hidden',
      name: 'cellburst:outputs'
    });
  }

  /** What is there, in order; an output that has changed is another object. */
  get outputs(): readonly IShownOutput[] {
    return this.list.outputs;
  }

  /** Whether there were more than are kept here. */
  get tooMany(): boolean {
    return this.list.tooMany;
  }

  get ready(): boolean {
    return this.cursor !== '';
  }

  get error(): Error | null {
    return this.trouble;
  }

  get changed(): ISignal<this, void> {
    return this.signal;
  }

  /** Whether somebody sees it: only then anything is asked. */
  set shown(shown: boolean) {
    if (shown === this.isShown || this.isDisposed) {
      return;
    }
    this.isShown = shown;
    if (shown) {
      this.abort = new AbortController();
      void this.poll.refresh();
    } else {
      this.abort.abort();
      void this.poll.stop();
    }
  }

  /** Whether there may be more: after a task has ended it is asked once more. */
  set live(live: boolean) {
    if (live !== this.isLive) {
      this.isLive = live;
      this.poke();
    }
  }

  /** Ask now. */
  poke(): void {
    if (this.isShown) {
      void this.poll.refresh();
    }
  }

  isDisposed = false;

  dispose(): void {
    this.isDisposed = true;
    this.isShown = false;
    this.abort.abort();
    this.poll.dispose();
    Signal.clearData(this);
  }

  /** One round after the other. */
  private queued(): Promise<void> {
    const { signal } = this.abort;
    const round = this.last.then(() => this.round(signal));
    this.last = round.catch(() => undefined);
    return round;
  }

  private async round(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted && (await this.read(signal))) {
        // there is more than one answer holds
      }
      this.tell(null);
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      this.tell(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
    if (!this.isLive && !signal.aborted) {
      void this.poll.stop();
    }
  }

  private async read(signal: AbortSignal): Promise<boolean> {
    const query = { after: this.cursor, limit: PAGE };
    const answer = await this.client.outputs(this.run, this.index, query, signal);
    const owner = `${answer.generation}.${answer.attempt}`;
    const begins = owner !== this.owner;
    if (begins) {
      this.owner = owner;
      this.list.reset();
    }
    this.cursor = answer.next;
    for (const record of answer.outputs) {
      this.list.add(record);
    }
    const moved = begins || answer.outputs.length > 0;
    this.pace = moved ? FAST : Math.min(this.pace * 1.5, SLOW);
    this.poll.frequency = { ...this.poll.frequency, interval: this.pace };
    if (moved) {
      this.signal.emit();
    }
    return answer.more;
  }

  private tell(trouble: Error | null): void {
    if (trouble !== this.trouble) {
      this.trouble = trouble;
      this.signal.emit();
    }
  }

  private readonly list = new OutputList();
  private cursor = '';
  private owner = '';
  private pace = FAST;
  private trouble: Error | null = null;
  private isShown = false;
  private isLive = true;
  private last: Promise<void> = Promise.resolve();
  private abort = new AbortController();
  private readonly poll: Poll;
  private readonly signal = new Signal<this, void>(this);
}
