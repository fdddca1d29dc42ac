import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { ChangesAnswer, IRunClient, RunRow, StatusAnswer } from '../api/client';
import type { IRunEvents } from '../api/events';
import type { Connection, IRunChange, IRunManager } from '../tokens';
import { Again } from './again';
import { Listening } from './listening';
import { Rows } from './rows';

/** Milliseconds between two questions for the status while runs change all the time. */
const STATUS_GAP = 1_000;

/** The mirror of the server's runs, in a page. */
export class RunManager implements IRunManager {
  constructor(
    readonly client: IRunClient,
    events: IRunEvents
  ) {
    this.rows = new Rows(client, change => this.runSignal.emit(change));
    this.listening = new Listening(client, events, (answer, isFirst) => this.hear(answer, isFirst));
    this.listening.changed.connect(this.onConnection, this);
  }

  get connection(): Connection {
    return this.listening.connection;
  }

  get connectionChanged(): ISignal<this, Connection> {
    return this.connectionSignal;
  }

  get error(): Error | null {
    return this.listening.error;
  }

  get status(): StatusAnswer | null {
    return this.lastStatus;
  }

  get statusChanged(): ISignal<this, StatusAnswer> {
    return this.statusSignal;
  }

  get runChanged(): ISignal<this, IRunChange> {
    return this.runSignal;
  }

  get resynced(): ISignal<this, void> {
    return this.resyncedSignal;
  }

  peek(run: string): RunRow | undefined {
    return this.rows.peek(run);
  }

  async row(run: string): Promise<RunRow> {
    const known = this.rows.peek(run);
    if (known !== undefined) {
      return known;
    }
    const row = await this.client.run(run);
    this.rows.learn([row]);
    return this.rows.peek(run) ?? row;
  }

  learn(rows: readonly RunRow[]): void {
    this.rows.learn(rows);
  }

  watch(): IDisposable {
    return this.listening.hold();
  }

  /** Seconds between questions while nothing happens: how long a change can go unseen that the bus has lost. */
  set renewal(seconds: number) {
    this.listening.renewal = seconds * 1000;
  }

  async refresh(): Promise<void> {
    if (!(await this.listening.demand())) {
      return; // the connection says why
    }
    this.resync();
    this.statusAgain.ask();
  }

  now(): number {
    return Date.now() / 1000 + this.offset;
  }

  get isDisposed(): boolean {
    return this.listening.isDisposed;
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.listening.dispose();
    this.rows.dispose();
    this.statusAgain.stop();
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  private hear(answer: ChangesAnswer, isFirst: boolean): void {
    this.rows.apply(answer.changes);
    if (isFirst || answer.resync) {
      this.resync();
    }
    this.rows.catchUp();
    this.statusAgain.ask();
  }

  private resync(): void {
    this.rows.doubt();
    this.resyncedSignal.emit();
  }

  private onConnection(_: Listening, connection: Connection): void {
    this.connectionSignal.emit(connection);
  }

  private async readStatus(signal: AbortSignal): Promise<void> {
    const sent = Date.now();
    let status: StatusAnswer;
    try {
      status = await this.client.status(signal);
    } catch {
      return; // the next change asks again, and the connection tells of a server that is away
    }
    this.offset = status.at - (sent + Date.now()) / 2000;
    this.lastStatus = status;
    this.statusSignal.emit(status);
  }

  private offset = 0;
  private lastStatus: StatusAnswer | null = null;
  private readonly rows: Rows;
  private readonly listening: Listening;
  private readonly statusAgain = new Again(signal => this.readStatus(signal), STATUS_GAP);
  private readonly connectionSignal = new Signal<this, Connection>(this);
  private readonly statusSignal = new Signal<this, StatusAnswer>(this);
  private readonly runSignal = new Signal<this, IRunChange>(this);
  private readonly resyncedSignal = new Signal<this, void>(this);
}
