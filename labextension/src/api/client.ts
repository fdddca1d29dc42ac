import type * as schema from './schema';

export type Shapes = schema.components['schemas'];

export type RunRow = Shapes['RunRow'];
export type RunDetail = Shapes['RunDetail'];
export type RunsAnswer = Shapes['RunsAnswer'];
export type StatusAnswer = Shapes['StatusAnswer'];
export type TargetRow = Shapes['TargetRow'];
export type StoreRow = Shapes['StoreRow'];
export type ControllerRow = Shapes['ControllerRow'];
export type Counts = Shapes['CountsRow'];
export type StatesAnswer = Shapes['StatesAnswer'];
export type TaskRow = Shapes['TaskRow'];
export type TaskDetail = Shapes['TaskDetail'];
export type TasksAnswer = Shapes['TasksAnswer'];
export type OutputsAnswer = Shapes['OutputsAnswer'];
export type UsageAnswer = Shapes['UsageAnswer'];
export type TimelineAnswer = Shapes['TimelineAnswer'];
export type TimelineRow = Shapes['TimelineRow'];
export type ChangesAnswer = Shapes['ChangesAnswer'];
export type RunsChanged = Omit<ChangesAnswer, 'lease'>;
export type ChangeRow = Shapes['ChangeRow'];
export type CommandAnswer = Shapes['CommandAnswer'];

export type RunState = RunRow['state'];
export type TaskState = TaskRow['state'];
export type RetryWhich = NonNullable<Shapes['RetryBody']['which']>;

type Query<Name extends keyof schema.operations> = NonNullable<
  schema.operations[Name]['parameters']['query']
>;
export type RunsQuery = Query<'list_runs'>;
export type TasksQuery = Query<'list_tasks'>;
export type OutputsQuery = Query<'outputs'>;

/**
 * What this page asks of the server extension.
 *
 * Every method rejects with an `ApiError`, `ServerMissingError` or `ShapeError` (`api/errors.ts`), or with the
 * `AbortError` of its signal.
 */
export interface IRunClient {
  status(signal?: AbortSignal): Promise<StatusAnswer>;
  runs(query: RunsQuery, signal?: AbortSignal): Promise<RunsAnswer>;
  run(run: string, signal?: AbortSignal): Promise<RunDetail>;
  /** Asked with the ETag of the answer before, so that what has not changed is not sent again. */
  states(run: string, signal?: AbortSignal): Promise<StatesAnswer>;
  tasks(run: string, query: TasksQuery, signal?: AbortSignal): Promise<TasksAnswer>;
  task(run: string, index: number, signal?: AbortSignal): Promise<TaskDetail>;
  outputs(
    run: string,
    index: number,
    query: OutputsQuery,
    signal?: AbortSignal
  ): Promise<OutputsAnswer>;
  /** What the last attempt used of its machine, so far. */
  usage(run: string, index: number, signal?: AbortSignal): Promise<UsageAnswer>;
  /** Where the log can be downloaded. */
  logUrl(run: string, index: number): string;
  timeline(run: string, after: number, signal?: AbortSignal): Promise<TimelineAnswer>;
  changes(since: number, signal?: AbortSignal): Promise<ChangesAnswer>;

  cancel(run: string, tasks?: readonly number[]): Promise<CommandAnswer>;
  retry(run: string, which: RetryWhich): Promise<CommandAnswer>;
  /** Submits the same once more; `data.run` of the answer is the new run's id. */
  rerun(run: string): Promise<CommandAnswer>;
  rename(run: string, name: string): Promise<CommandAnswer>;
  delete(run: string): Promise<CommandAnswer>;
  prune(): Promise<CommandAnswer>;
}
