/**
 * One at a time, and never more than one waiting: whoever asks while it goes on gets a second round after it.
 *
 * A run that changes many times a second is thus asked for as often as the server answers, and at least `gap`
 * milliseconds lie between the end of a round and the next.
 */
export class Again {
  constructor(
    private readonly work: (signal: AbortSignal) => Promise<void>,
    private readonly gap = 0
  ) {}

  /** Do it now, or once more when what goes on is done. Never rejects: `work` takes care of its errors. */
  ask(): void {
    if (this.stopped) {
      return;
    }
    if (this.busy) {
      this.wanted = true;
      return;
    }
    void this.round();
  }

  /** End what goes on; nothing happens until `start`. */
  stop(): void {
    this.stopped = true;
    this.wanted = false;
    this.abort.abort();
    clearTimeout(this.timer);
    this.busy = false;
    this.turn += 1;
  }

  /** May work again. */
  start(): void {
    this.stopped = false;
  }

  private async round(): Promise<void> {
    const turn = this.turn;
    this.busy = true;
    this.wanted = false;
    this.abort = new AbortController();
    await this.work(this.abort.signal);
    if (turn !== this.turn) {
      return;
    }
    if (this.gap === 0) {
      this.next();
    } else {
      this.timer = setTimeout(() => {
        this.next();
      }, this.gap);
    }
  }

  private next(): void {
    this.busy = false;
    if (this.wanted) {
      void this.round();
    }
  }

  private stopped = false;
  private busy = false;
  private wanted = false;
  private turn = 0;
  private abort = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
}
