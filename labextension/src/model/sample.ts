import type { IRunClient, TaskRow } from '../api/client';

/** As many tasks as a chart draws. */
export const SAMPLE = 2000;
const WINDOWS = 40; // the more, the fewer gaps along the time

/** Some of a run's tasks, evenly spread, and how many there are. */
export interface ISample {
  readonly tasks: readonly TaskRow[];
  readonly total: number;
}

/** Every task of a run of up to `SAMPLE`; of a larger one windows from its beginning to its end. */
export async function sampleTasks(
  client: IRunClient,
  run: string,
  total: number,
  signal: AbortSignal
): Promise<ISample> {
  if (total <= SAMPLE) {
    const { tasks } = await client.tasks(run, { limit: SAMPLE }, signal);
    return { tasks, total: Math.max(total, tasks.length) };
  }
  const limit = SAMPLE / WINDOWS;
  const tasks: TaskRow[] = [];
  for (let window = 0; window < WINDOWS; window++) {
    const offset = Math.floor(((total - limit) * window) / (WINDOWS - 1));
    const page = await client.tasks(run, { offset, limit }, signal);
    tasks.push(...page.tasks);
  }
  return { tasks, total };
}
