import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';

import type { ChangesAnswer, IRunClient, RunsChanged } from '../api/client';
import { ServerMissingError, ShapeError } from '../api/errors';
import type { IRunEvents } from '../api/events';
import type { Connection } from '../tokens';

/** Milliseconds: the server sends events for a minute after a question. */
const RENEW = 30_000;

const LONGEST_RENEW = 55_000;

/** After the first answer: the bus may have opened a moment later, and what was told until then is lost. */
const SOON = 2_000;

const RETRY = { interval: 1_000, backoff: true, max: RENEW };

/**
 * Hears what changes, from a number on, with no gap and nothing twice.
 *
 * An event is a reason to ask for the changes since the last answer, not the truth: others may write to the bus. So
 * it does not matter which events were lost. Asking also keeps the server sending them; while nobody holds this, or
 * the tab is hidden, nothing is asked, and the next question makes up for it.
 */
export class Listening implements IDisposable {
  constructor(
    private readonly client: Pick<IRunClient, 'changes'>,
    private readonly events: IRunEvents,
    private readonly hear: (answer: ChangesAnswer, isFirst: boolean) => void
  ) {
    events.changed.connect(this.onEvent, this);
    document.addEventListener('visibilitychange', this.onVisibility);
    this.poll = new Poll({
      name: 'cellburst:listening',
      auto: false,
      factory: () => this.ask(),
      frequency: { interval: RENEW, backoff: true, max: RENEW },
      linger: 0,
      standby: () => (this.holders === 0 ? true : 'when-hidden')
    });
  }

  get connection(): Connection {
    return this.state;
  }

  /** Why the last question was not answered, null if it was. */
  get error(): Error | null {
    return this.failure;
  }

  /** The connection is another one. */
  get changed(): ISignal<this, Connection> {
    return this.signal;
  }

  /** As long as anybody holds one of these, and the tab is in view, changes are heard. */
  hold(): IDisposable {
    this.holders += 1;
    if (this.holders === 1) {
      void this.poll.refresh();
    }
    return new DisposableDelegate(() => {
      this.holders -= 1;
      if (this.holders === 0) {
        void this.poll.stop();
      }
    });
  }

  /** Milliseconds between questions while nothing happens. */
  get renewal(): number {
    return this.between;
  }

  set renewal(between: number) {
    this.between = Math.min(Math.max(between, SOON), LONGEST_RENEW);
    if (this.holders > 0) {
      void this.poll.refresh();
    }
  }

  /** Ask now; whether there was an answer. Without one it is asked again soon, as long as this is held. */
  async demand(): Promise<boolean> {
    try {
      await this.ask();
      return true;
    } catch {
      if (this.holders > 0) {
        void this.poll.schedule({ phase: 'rejected', interval: RETRY.interval });
      }
      return false;
    }
  }

  private ask(): Promise<void> {
    this.question ??= this.rounds().finally(() => {
      this.question = null;
    });
    return this.question;
  }

  get isDisposed(): boolean {
    return this.poll.isDisposed;
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.poll.dispose();
    this.abort.abort();
    document.removeEventListener('visibilitychange', this.onVisibility);
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
    this.events.dispose();
  }

  private async rounds(): Promise<void> {
    do {
      this.latest = -1;
      await this.round();
      // an event that came meanwhile may tell of what the answer has not
    } while (this.told !== null && this.latest > this.told && !this.isDisposed);
  }

  private async round(): Promise<void> {
    let answer: ChangesAnswer;
    try {
      answer = await this.client.changes(this.told ?? 0, this.abort.signal);
    } catch (error) {
      this.poll.frequency = RETRY;
      this.move(connectionOf(error), error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
    if (this.isDisposed) {
      return;
    }
    const isFirst = this.told === null;
    const isBack = this.state !== 'live';
    this.told = answer.sequence;
    this.poll.frequency = { interval: isBack ? SOON : this.between, backoff: true, max: RENEW };
    this.hear(answer, isFirst);
    this.move('live', null);
  }

  private onEvent(_: IRunEvents, event: RunsChanged): void {
    if (this.holders === 0 || document.hidden || event.sequence <= (this.told ?? -1)) {
      return;
    }
    if (this.question === null) {
      void this.poll.refresh();
    } else {
      this.latest = Math.max(this.latest, event.sequence);
    }
  }

  private readonly onVisibility = (): void => {
    if (!document.hidden && this.holders > 0) {
      void this.poll.refresh();
    }
  };

  private move(state: Connection, failure: Error | null): void {
    if (this.isDisposed) {
      return;
    }
    const isOther = state !== this.state || failure?.message !== this.failure?.message;
    this.state = state;
    this.failure = failure;
    if (isOther) {
      this.signal.emit(state);
    }
  }

  private between = RENEW;
  private told: number | null = null;
  private latest = -1;
  private holders = 0;
  private question: Promise<void> | null = null;
  private state: Connection = 'connecting';
  private failure: Error | null = null;
  private readonly abort = new AbortController();
  private readonly poll: Poll;
  private readonly signal = new Signal<this, Connection>(this);
}

function connectionOf(error: unknown): Connection {
  const isOther = error instanceof ServerMissingError && error.reason === 'extension';
  return isOther || error instanceof ShapeError ? 'missing' : 'unreachable';
}
