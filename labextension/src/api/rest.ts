import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type {
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
  RunsAnswer,
  RunsQuery,
  StatesAnswer,
  StatusAnswer,
  TaskDetail,
  TasksAnswer,
  TasksQuery,
  TimelineAnswer,
  UsageAnswer
} from './client';
import { ApiError, ServerMissingError } from './errors';
import { checked, type Shapes } from './shapes';

const API = 'cellburst/api/v1';
const RUN_ID = /^[0-9a-z]{7}-[0-9a-z]{4}$/;

type Value = string | number | readonly string[] | undefined;
type Query = Readonly<Record<string, Value>>;

/** The REST interface of the server extension, below the base URL and with the credentials of JupyterLab. */
export class RestRunClient implements IRunClient {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  status(signal?: AbortSignal): Promise<StatusAnswer> {
    return this.get('StatusAnswer', '/status', {}, signal);
  }

  runs(query: RunsQuery, signal?: AbortSignal): Promise<RunsAnswer> {
    return this.get('RunsAnswer', '/runs', query, signal);
  }

  run(run: string, signal?: AbortSignal): Promise<RunDetail> {
    return this.get('RunDetail', runPath(run), {}, signal);
  }

  async states(run: string, signal?: AbortSignal): Promise<StatesAnswer> {
    const path = `${runPath(run)}/states`;
    const known = this.tagged.get(run);
    const headers = known === undefined ? {} : { 'If-None-Match': known.tag };
    const response = await this.fetch(path, {}, { headers, ...(signal && { signal }) });
    if (response.status === 304 && known !== undefined) {
      return known.answer;
    }
    const answer = checked('StatesAnswer', await body(response));
    const tag = response.headers.get('ETag');
    if (tag !== null) {
      this.remember(run, { tag, answer });
    }
    return answer;
  }

  tasks(run: string, query: TasksQuery, signal?: AbortSignal): Promise<TasksAnswer> {
    return this.get('TasksAnswer', `${runPath(run)}/tasks`, query, signal);
  }

  task(run: string, index: number, signal?: AbortSignal): Promise<TaskDetail> {
    return this.get('TaskDetail', taskPath(run, index), {}, signal);
  }

  outputs(
    run: string,
    index: number,
    query: OutputsQuery,
    signal?: AbortSignal
  ): Promise<OutputsAnswer> {
    return this.get('OutputsAnswer', `${taskPath(run, index)}/outputs`, query, signal);
  }

  usage(run: string, index: number, signal?: AbortSignal): Promise<UsageAnswer> {
    return this.get('UsageAnswer', `${taskPath(run, index)}/usage`, {}, signal);
  }

  curves(run: string, query: CurvesQuery, signal?: AbortSignal): Promise<CurvesAnswer> {
    const { tasks, ...others } = query;
    const chosen = tasks === undefined ? {} : { tasks: tasks.map(String) };
    return this.get('CurvesAnswer', `${runPath(run)}/reports`, { ...others, ...chosen }, signal);
  }

  estimates(run: string, signal?: AbortSignal): Promise<EstimatesAnswer> {
    return this.get('EstimatesAnswer', `${runPath(run)}/estimates`, {}, signal);
  }

  fileUrl(run: string, index: number, path: string): string {
    return URLExt.join(this.settings.baseUrl, API, filePath(run, index, path));
  }

  async file(run: string, index: number, path: string, signal?: AbortSignal): Promise<Blob> {
    const init = signal === undefined ? {} : { signal };
    const response = await this.fetch(filePath(run, index, path), {}, init);
    if (!response.ok) {
      await body(response); // throws what it tells of
    }
    return response.blob();
  }

  logUrl(run: string, index: number): string {
    return URLExt.join(this.settings.baseUrl, API, `${taskPath(run, index)}/log`);
  }

  timeline(run: string, after: number, signal?: AbortSignal): Promise<TimelineAnswer> {
    return this.get('TimelineAnswer', `${runPath(run)}/timeline`, { after }, signal);
  }

  machines(run: string, signal?: AbortSignal): Promise<MachinesAnswer> {
    return this.get('MachinesAnswer', `${runPath(run)}/machines`, {}, signal);
  }

  changes(since: number, signal?: AbortSignal): Promise<ChangesAnswer> {
    return this.get('ChangesAnswer', '/changes', { since, no_track_activity: 1 }, signal);
  }

  cancel(run: string, tasks?: readonly number[]): Promise<CommandAnswer> {
    return this.post(`${runPath(run)}/cancel`, tasks === undefined ? {} : { tasks });
  }

  retry(run: string, which: RetryWhich): Promise<CommandAnswer> {
    return this.post(`${runPath(run)}/retry`, { which });
  }

  rerun(run: string, worst?: number): Promise<CommandAnswer> {
    return this.post(`${runPath(run)}/rerun`, worst === undefined ? {} : { worst });
  }

  rename(run: string, name: string): Promise<CommandAnswer> {
    return this.post(`${runPath(run)}/rename`, { name });
  }

  delete(run: string): Promise<CommandAnswer> {
    return this.post(`${runPath(run)}/delete`, {});
  }

  prune(): Promise<CommandAnswer> {
    return this.post('/prune', {});
  }

  private async get<Name extends keyof Shapes>(
    shape: Name,
    path: string,
    query: Query,
    signal?: AbortSignal
  ): Promise<Shapes[Name]> {
    const response = await this.fetch(path, query, signal === undefined ? {} : { signal });
    return checked(shape, await body(response));
  }

  private async post(path: string, content: object): Promise<CommandAnswer> {
    const init = { method: 'POST', body: JSON.stringify(content) };
    return checked('CommandAnswer', await body(await this.fetch(path, {}, init)));
  }

  private async fetch(path: string, query: Query, init: RequestInit): Promise<Response> {
    const url = URLExt.join(this.settings.baseUrl, API, path) + queryText(query);
    try {
      return await ServerConnection.makeRequest(url, init, this.settings);
    } catch (error) {
      if (error instanceof ServerConnection.NetworkError) {
        throw new ServerMissingError('unreachable', error.message);
      }
      throw error;
    }
  }

  /** The answers of few runs: those that are looked at. */
  private remember(run: string, answer: ITagged): void {
    this.tagged.delete(run);
    this.tagged.set(run, answer);
    const oldest = this.tagged.keys().next();
    if (this.tagged.size > 20 && oldest.done === false) {
      this.tagged.delete(oldest.value);
    }
  }

  private readonly tagged = new Map<string, ITagged>();
}

interface ITagged {
  readonly tag: string;
  readonly answer: StatesAnswer;
}

function runPath(run: string): string {
  if (!RUN_ID.test(run)) {
    throw new ApiError(400, 'BadRequest', `${JSON.stringify(run.slice(0, 40))} is no run id`, '');
  }
  return `/runs/${run}`;
}

function taskPath(run: string, index: number): string {
  if (!Number.isSafeInteger(index) || index < 0) {
    throw new ApiError(400, 'BadRequest', `${index} is no task number`, '');
  }
  return `${runPath(run)}/tasks/${index}`;
}

/** Each part escaped: names of files may have any characters. */
function filePath(run: string, index: number, path: string): string {
  const parts = path.split('/').map(encodeURIComponent);
  return `${taskPath(run, index)}/files/${parts.join('/')}`;
}

function queryText(query: Query): string {
  const parts = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]);
  return parts.length === 0 ? '' : `?${new URLSearchParams(parts).toString()}`;
}

/** The JSON of an answer; what is no success is thrown as the error that it tells of. */
async function body(response: Response): Promise<unknown> {
  const isJson = response.headers.get('Content-Type')?.startsWith('application/json') ?? false;
  if (!isJson) {
    const reason = response.status === 404 ? 'extension' : 'unreachable';
    throw new ServerMissingError(reason, `${response.status} ${response.statusText}`);
  }
  const content: unknown = await response.json();
  if (response.ok) {
    return content;
  }
  const { error } = checked('ErrorAnswer', content);
  throw new ApiError(response.status, error.type, error.message, error.hint);
}
