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
export type EstimatesAnswer = Shapes['EstimatesAnswer'];
export type EstimateRow = Shapes['EstimateRow'];
export type CurvesAnswer = Shapes['CurvesAnswer'];
export type SearchRow = Shapes['SearchRow'];
export type FileRow = Shapes['FileRow'];
export type MachinesAnswer = Shapes['MachinesAnswer'];
export type MachineRow = Shapes['MachineRow'];
export type LiveMachines = Shapes['LiveMachinesRow'];
export type CommandAnswer = Shapes['CommandAnswer'];

export type RunState = RunRow['state'];
export type MachineState = MachineRow['state'];
export type TaskState = TaskRow['state'];
export type RetryWhich = NonNullable<Shapes['RetryBody']['which']>;

type Query<Name extends keyof schema.operations> = NonNullable<
  schema.operations[Name]['parameters']['query']
>;
export type RunsQuery = Query<'list_runs'>;
export type TasksQuery = Query<'list_tasks'>;
export type OutputsQuery = Query<'outputs'>;
export type CurvesQuery = Query<'curves'>;

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
  /** What tasks report on their way, thinned. */
  curves(run: string, query: CurvesQuery, signal?: AbortSignal): Promise<CurvesAnswer>;
  /** What the copies of a run say together; none of a run that has no condition on that. */
  estimates(run: string, signal?: AbortSignal): Promise<EstimatesAnswer>;
  /** Where a file that a task left can be downloaded. */
  fileUrl(run: string, index: number, path: string): string;
  /** The file itself, for pages whose browser does not know who they are (another origin than the server's). */
  file(run: string, index: number, path: string, signal?: AbortSignal): Promise<Blob>;
  /** Where the log can be downloaded. */
  logUrl(run: string, index: number): string;
  timeline(run: string, after: number, signal?: AbortSignal): Promise<TimelineAnswer>;
  /** The machines of a run, in the order in which they were asked for, and what they cost. */
  machines(run: string, signal?: AbortSignal): Promise<MachinesAnswer>;
  changes(since: number, signal?: AbortSignal): Promise<ChangesAnswer>;

  cancel(run: string, tasks?: readonly number[]): Promise<CommandAnswer>;
  retry(run: string, which: RetryWhich): Promise<CommandAnswer>;
  /**
   * Submits the same once more; `data.run` of the answer is the new run's id.
   *
   * `worst` is what a person has agreed to: the dollars that its machines cost at worst.
   */
  rerun(run: string, worst?: number): Promise<CommandAnswer>;
  rename(run: string, name: string): Promise<CommandAnswer>;
  delete(run: string): Promise<CommandAnswer>;
  prune(): Promise<CommandAnswer>;
}
