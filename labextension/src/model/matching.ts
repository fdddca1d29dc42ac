import type { IRunClient } from '../api/client';
import { taskCode } from '../taskStates';
import type { ITaskOrder } from './tasks';

const WINDOW = 2000;
const MOST = 20_000;

/** Tasks that a question means: as many as are told one by one, and how many there are. */
export interface IMatching {
  readonly tasks: readonly number[];
  readonly total: number;
}

/** The indices of the tasks that are meant: of all from their states, or asked for if there is a text to look for. */
export async function matchingTasks(
  client: IRunClient,
  run: string,
  states: Uint8Array,
  { state, text }: Pick<ITaskOrder, 'state' | 'text'>
): Promise<IMatching> {
  const found: number[] = [];
  if (text === '') {
    const codes = new Set(state.map(taskCode));
    states.forEach((code, index) => {
      if (codes.size === 0 || codes.has(code)) {
        found.push(index);
      }
    });
    return { tasks: found, total: found.length };
  }
  let total = 1;
  for (let offset = 0; offset < Math.min(total, MOST); offset += WINDOW) {
    const page = await client.tasks(run, { offset, limit: WINDOW, state, text });
    total = page.total;
    found.push(...page.tasks.map(task => task.index));
  }
  return { tasks: found, total: Math.max(total, found.length) };
}
