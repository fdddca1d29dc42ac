import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';

import type { IRunClient } from '../api/client';
import { type NextFrame, nextFrame } from './frames';
import { cursor, type IAttempt, type ILogPage, placeOf, sameAttempt, upTo } from './logPages';
import { LogWindow } from './logWindow';
import type { ILine } from './screen';

/** Bytes that are asked for at once; the first time, from the end. */
const PAGE = 1 << 17;
/** Enough for the last page even if a large picture reaches into it. */
const WHOLE_RECORDS = 8 << 20;
/** Milliseconds between questions while output comes, and at most. */
const FAST = 400;
const SLOW = 4000;
/** So many full answers in a row, and a follower is shown the end instead. */
const BEHIND = 4;

export interface ILogOptions {
  readonly client: IRunClient;
  readonly run: string;
  readonly index: number;
  readonly trans: TranslationBundle;
  readonly nextFrame?: NextFrame;
}

/**
 * What a task has printed: a window of lines that follows the end, or stands still where somebody reads.
 *
 * It asks only while it is shown and the page is in view, one question at a time, and the next only when the lines of
 * the last are made. What does not fit in the window is let go, and asked for again when it is wanted.
 */
export class LogModel implements IDisposable {
  constructor(private readonly options: ILogOptions) {
    const next = options.nextFrame ?? nextFrame;
    this.window = new LogWindow(options.trans, next, this.ended.signal);
    this.poll = new Poll({
      auto: false,
      factory: () => this.queued(),
      frequency: { interval: FAST, backoff: 2, max: 10_000 },
      standby: 'when-hidden',
      name: 'cellburst:log'
    });
  }

  /** The lines of the window; another array whenever one of them is different. */
  get lines(): readonly ILine[] {
    return this.window.lines;
  }

  /** The number of the first line: the same line has the same number as long as it is kept. */
  get first(): number {
    return this.window.first;
  }

  /** Whether there is output before the window. */
  get earlier(): boolean {
    return this.window.start > 0;
  }

  /** Whether there is output behind it that is not shown. */
  get later(): boolean {
    return this.isLater;
  }

  /** Something was asked and answered. */
  get ready(): boolean {
    return this.owner !== null;
  }

  /** Why there is nothing newer, null while all is well. */
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
      this.poke();
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
    if (this.isShown && !this.isDisposed) {
      void this.poll.refresh();
    }
  }

  /** Whether new lines are wanted in view: old ones are let go for them, else new ones wait when the window is full. */
  get follow(): boolean {
    return this.isFollowing;
  }

  set follow(follow: boolean) {
    if (follow === this.isFollowing) {
      return;
    }
    this.isFollowing = follow;
    if (follow && this.isLater) {
      this.restart = true;
      this.poke();
    }
    this.signal.emit();
  }

  /** Load what comes before the window; with `all` as much as it can hold. */
  loadEarlier(all = false): void {
    if (this.earlier && (all || this.wantEarlier === 0)) {
      this.wantEarlier = all ? Infinity : 1;
      this.poke();
    }
  }

  /** Load what comes behind the window. */
  loadLater(): void {
    if (this.isLater && !this.wantLater) {
      this.wantLater = true;
      this.poke();
    }
  }

  get isDisposed(): boolean {
    return this.ended.signal.aborted;
  }

  dispose(): void {
    this.ended.abort();
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

  /** Everything that is wanted now. Rejects with what the client says, so that the poll backs off. */
  private async round(signal: AbortSignal): Promise<void> {
    try {
      let more = true;
      for (let full = 0; more && !signal.aborted; full += 1) {
        if (this.wantEarlier > 0 && this.earlier) {
          await this.readEarlier(signal);
        } else if (this.isLater && !this.wantLater && !this.restart) {
          break; // the window is full, and somebody reads in it
        } else {
          more = await this.readOn(signal, this.isFollowing && full > BEHIND);
        }
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

  /** Read what came since; gives whether there is more. */
  private async readOn(signal: AbortSignal, behind: boolean): Promise<boolean> {
    const { client, run, index } = this.options;
    const anew = this.restart || behind;
    const after = anew || this.owner === null ? '' : cursor(this.owner, this.end);
    const query = { after, tail: PAGE, limit: after === '' ? WHOLE_RECORDS : 2 * PAGE };
    const answer = await client.outputs(run, index, query, signal);
    const end = placeOf(answer);
    let start = this.end;
    if (after === '' || !sameAttempt(this.owner, answer)) {
      this.owner = { generation: answer.generation, attempt: answer.attempt };
      this.window.clear();
      this.restart = false;
      this.wantEarlier = 0;
      start = Math.max(0, end - PAGE);
    }
    this.end = end;
    this.wantLater = false;
    if (answer.outputs.length > 0) {
      this.pace = FAST;
      await this.window.append({ start, end, records: answer.outputs });
    } else {
      this.pace = Math.min(this.pace * 1.5, SLOW);
    }
    if (this.isFollowing || this.isLater) {
      this.window.dropStart();
    }
    this.isLater = this.window.isFull && !this.isFollowing;
    this.poll.frequency = { ...this.poll.frequency, interval: this.pace };
    this.signal.emit();
    return answer.more;
  }

  private async readEarlier(signal: AbortSignal): Promise<void> {
    const place = this.window.start;
    const found = await this.pagesBefore(place, signal);
    this.wantEarlier = Math.max(0, this.wantEarlier - 1);
    if (found.length === 0) {
      this.wantEarlier = 0;
      this.restart = true; // it has begun anew meanwhile
      return;
    }
    if (await this.window.prepend(found)) {
      this.end = this.window.end;
      this.wantEarlier = 0;
      this.isLater = true;
      this.isFollowing = false;
    }
    this.signal.emit();
  }

  private async pagesBefore(place: number, signal: AbortSignal): Promise<ILogPage[]> {
    const { client, run, index } = this.options;
    const found: ILogPage[] = [];
    let at = Math.max(0, place - PAGE);
    while (this.owner !== null && at < place) {
      const query = { after: cursor(this.owner, at), limit: Math.max(16, place - at) };
      const answer = await client.outputs(run, index, query, signal);
      const end = placeOf(answer);
      if (!sameAttempt(this.owner, answer) || end <= at) {
        return [];
      }
      const records = upTo(answer.outputs, end, place);
      found.push({ start: at, end: Math.min(end, place), records });
      at = end;
    }
    return found;
  }

  private tell(trouble: Error | null): void {
    if (trouble !== this.trouble) {
      this.trouble = trouble;
      this.signal.emit();
    }
  }

  private owner: IAttempt | null = null;
  private end = 0;
  private pace = FAST;
  private trouble: Error | null = null;
  private wantEarlier = 0;
  private wantLater = false;
  private isLater = false;
  private restart = false;
  private isShown = false;
  private isLive = true;
  private isFollowing = true;
  private last: Promise<void> = Promise.resolve();
  private abort = new AbortController();
  private readonly ended = new AbortController();
  private readonly window: LogWindow;
  private readonly poll: Poll;
  private readonly signal = new Signal<this, void>(this);
}
