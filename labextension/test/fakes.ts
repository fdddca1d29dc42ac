/** A server in memory: the answers that a test sets, and the questions that were asked. */
import { type ISignal, Signal } from '@lumino/signaling';

import type {
  ChangeRow,
  ChangesAnswer,
  CommandAnswer,
  CurvesAnswer,
  CurvesQuery,
  EstimatesAnswer,
  IRunClient,
  MachinesAnswer,
  OutputsAnswer,
  OutputsQuery,
  RetryWhich,
  RunDetail,
  RunRow,
  RunsAnswer,
  RunsChanged,
  RunsQuery,
  StatesAnswer,
  StatusAnswer,
  TaskDetail,
  TaskRow,
  TasksAnswer,
  TasksQuery,
  TimelineAnswer,
  UsageAnswer
} from '../src/api/client';
import { ApiError } from '../src/api/errors';
import type { IRunEvents } from '../src/api/events';
import { runDetail, statusAnswer } from './builders';

/** A question that was asked: the client's method and its arguments. */
export interface ICall {
  readonly method: keyof IRunClient;
  readonly args: readonly unknown[];
}

/**
 * The client of a server in memory.
 *
 * Its fields are the answers: a test sets them. `fail(method, error)` makes a method reject until `mend(method)`;
 * `hold(method)` makes its answers wait until the function that it gives is called.
 */
export class FakeRunClient implements IRunClient {
  readonly calls: ICall[] = [];
  statusNow: StatusAnswer = statusAnswer();
  /** Newest first, as the server has them. */
  rows: RunRow[] = [];
  troubles: RunsAnswer['troubles'] = [];
  pageSize = 100;
  readonly details = new Map<string, RunDetail>();
  readonly stateTexts = new Map<string, StatesAnswer>();
  readonly taskRows = new Map<string, TaskRow[]>();
  readonly taskDetails = new Map<string, TaskDetail>();
  readonly outputAnswers = new Map<string, OutputsAnswer[]>();
  readonly curveAnswers = new Map<string, CurvesAnswer>();
  readonly estimateAnswers = new Map<string, EstimatesAnswer>();
  readonly usages = new Map<string, UsageAnswer>();
  readonly machineAnswers = new Map<string, MachinesAnswer>();
  readonly timelines = new Map<string, TimelineAnswer>();
  changesNow: ChangesAnswer = { sequence: 0, changes: [], resync: false, lease: 60 };
  /** What is answered to a number; `changesNow` unless a test has a journal of its own. */
  changesSince: (since: number) => ChangesAnswer = () => this.changesNow;
  command: CommandAnswer = { ok: true, data: {} };

  fail(method: keyof IRunClient, error: Error): void {
    this.failures.set(method, error);
  }

  mend(method: keyof IRunClient): void {
    this.failures.delete(method);
  }

  /** From now on the method's answers, as they are when it is asked, wait until the returned function is called. */
  hold(method: keyof IRunClient): () => void {
    let release: () => void = () => undefined;
    const gate = new Promise<void>(resolve => {
      release = resolve;
    });
    this.gates.set(method, gate);
    return () => {
      this.gates.delete(method);
      release();
    };
  }

  /** The arguments of every call of a method. */
  asked(method: keyof IRunClient): (readonly unknown[])[] {
    return this.calls.filter(call => call.method === method).map(call => call.args);
  }

  status(signal?: AbortSignal): Promise<StatusAnswer> {
    return this.answer('status', [], () => this.statusNow, signal);
  }

  runs(query: RunsQuery, signal?: AbortSignal): Promise<RunsAnswer> {
    return this.answer('runs', [query], () => this.page(query), signal);
  }

  run(run: string, signal?: AbortSignal): Promise<RunDetail> {
    return this.answer('run', [run], () => this.detail(run), signal);
  }

  states(run: string, signal?: AbortSignal): Promise<StatesAnswer> {
    return this.answer('states', [run], () => known(this.stateTexts, run), signal);
  }

  tasks(run: string, query: TasksQuery, signal?: AbortSignal): Promise<TasksAnswer> {
    return this.answer('tasks', [run, query], () => this.taskPage(run, query), signal);
  }

  task(run: string, index: number, signal?: AbortSignal): Promise<TaskDetail> {
    const key = `${run}/${index}`;
    return this.answer('task', [run, index], () => known(this.taskDetails, key), signal);
  }

  /** Answers in turn; the last one stays. */
  outputs(
    run: string,
    index: number,
    query: OutputsQuery,
    signal?: AbortSignal
  ): Promise<OutputsAnswer> {
    const next = (): OutputsAnswer => {
      const answers = known(this.outputAnswers, `${run}/${index}`);
      const first = answers.length > 1 ? answers.shift() : answers[0];
      if (first === undefined) {
        throw notFound(run);
      }
      return first;
    };
    return this.answer('outputs', [run, index, query], next, signal);
  }

  usage(run: string, index: number, signal?: AbortSignal): Promise<UsageAnswer> {
    const none: UsageAnswer = { attempt: 1, generation: 1, samples: [] };
    return this.answer(
      'usage',
      [run, index],
      () => this.usages.get(`${run}/${index}`) ?? none,
      signal
    );
  }

  curves(run: string, query: CurvesQuery, signal?: AbortSignal): Promise<CurvesAnswer> {
    const none: CurvesAnswer = { metric: '', metrics: [], total: 0, curves: [] };
    return this.answer('curves', [run, query], () => this.curveAnswers.get(run) ?? none, signal);
  }

  estimates(run: string, signal?: AbortSignal): Promise<EstimatesAnswer> {
    const none: EstimatesAnswer = { estimates: [] };
    return this.answer('estimates', [run], () => this.estimateAnswers.get(run) ?? none, signal);
  }

  fileUrl(run: string, index: number, path: string): string {
    return `/cellburst/api/v1/runs/${run}/tasks/${index}/files/${path}`;
  }

  file(run: string, index: number, path: string, signal?: AbortSignal): Promise<Blob> {
    return this.answer('file', [run, index, path], () => new Blob([path]), signal);
  }

  logUrl(run: string, index: number): string {
    return `/cellburst/api/v1/runs/${run}/tasks/${index}/log`;
  }

  timeline(run: string, after: number, signal?: AbortSignal): Promise<TimelineAnswer> {
    const rest = (): TimelineAnswer => ({
      events: known(this.timelines, run).events.filter(event => event.id > after)
    });
    return this.answer('timeline', [run, after], rest, signal);
  }

  machines(run: string, signal?: AbortSignal): Promise<MachinesAnswer> {
    const none: MachinesAnswer = { at: this.statusNow.at, machines: [], limit: null, report: [] };
    return this.answer('machines', [run], () => this.machineAnswers.get(run) ?? none, signal);
  }

  changes(since: number, signal?: AbortSignal): Promise<ChangesAnswer> {
    return this.answer('changes', [since], () => this.changesSince(since), signal);
  }

  cancel(run: string, tasks?: readonly number[]): Promise<CommandAnswer> {
    return this.answer('cancel', tasks === undefined ? [run] : [run, tasks], () => this.command);
  }

  retry(run: string, which: RetryWhich): Promise<CommandAnswer> {
    return this.answer('retry', [run, which], () => this.command);
  }

  rerun(run: string, worst?: number): Promise<CommandAnswer> {
    return this.answer('rerun', worst === undefined ? [run] : [run, worst], () => this.command);
  }

  rename(run: string, name: string): Promise<CommandAnswer> {
    return this.answer('rename', [run, name], () => this.command);
  }

  delete(run: string): Promise<CommandAnswer> {
    return this.answer('delete', [run], () => this.command);
  }

  prune(): Promise<CommandAnswer> {
    return this.answer('prune', [], () => this.command);
  }

  private async answer<Answer>(
    method: keyof IRunClient,
    args: readonly unknown[],
    give: () => Answer,
    signal?: AbortSignal
  ): Promise<Answer> {
    this.calls.push({ method, args });
    const failure = this.failures.get(method);
    const value = failure === undefined ? give() : undefined;
    await this.gates.get(method);
    if (signal?.aborted === true) {
      throw new DOMException('aborted', 'AbortError');
    }
    if (failure !== undefined) {
      throw failure;
    }
    return value as Answer;
  }

  private page(query: RunsQuery): RunsAnswer {
    const limit = query.limit ?? this.pageSize;
    const states: readonly string[] = query.state ?? [];
    const text = query.text?.toLowerCase() ?? '';
    const found = this.rows.filter(
      row =>
        (query.before === undefined || query.before === '' || row.id < query.before) &&
        (states.length === 0 || states.includes(row.state)) &&
        (query.target === undefined || query.target === '' || row.target === query.target) &&
        `${row.id} ${row.name} ${row.code_line} ${row.notebook}`.toLowerCase().includes(text)
    );
    const runs = found.slice(0, limit);
    const next = found.length > limit ? (runs.at(-1)?.id ?? '') : '';
    return { at: this.statusNow.at, runs, next, troubles: this.troubles };
  }

  private detail(run: string): RunDetail {
    const detail = this.details.get(run);
    const row = this.rows.find(each => each.id === run);
    if (detail === undefined && row === undefined) {
      throw notFound(run);
    }
    return { ...runDetail(0), ...detail, ...row };
  }

  private taskPage(run: string, query: TasksQuery): TasksAnswer {
    const all = known(this.taskRows, run);
    const offset = query.offset ?? 0;
    return { total: all.length, tasks: all.slice(offset, offset + (query.limit ?? 100)) };
  }

  private readonly failures = new Map<keyof IRunClient, Error>();
  private readonly gates = new Map<keyof IRunClient, Promise<void>>();
}

/** The bus of a server in memory. */
export class FakeRunEvents implements IRunEvents {
  get changed(): ISignal<this, RunsChanged> {
    return this.signal;
  }

  push(sequence: number, changes: readonly ChangeRow[], resync = false): void {
    this.signal.emit({ sequence, changes, resync });
  }

  dispose(): void {
    this.isDisposed = true;
    Signal.clearData(this);
  }

  isDisposed = false;
  private readonly signal = new Signal<this, RunsChanged>(this);
}

/** Let every promise that is due go on; works with Jest's clock as well. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await Promise.resolve();
  }
}

function known<Value>(from: ReadonlyMap<string, Value>, key: string): Value {
  const value = from.get(key);
  if (value === undefined) {
    throw notFound(key);
  }
  return value;
}

function notFound(what: string): ApiError {
  return new ApiError(404, 'NotFound', `There is no ${what}`, '');
}
