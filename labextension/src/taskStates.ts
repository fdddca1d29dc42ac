import type { TaskState } from './api/client';

/** The states of a task; a state's place here is its code wherever there are a hundred thousand of them. */
export const TASK_STATES: readonly TaskState[] = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'unknown',
  'pruned'
];

/** The state of a code; a code that is none is of a newer server. */
export function taskState(code: number): TaskState {
  return TASK_STATES[code] ?? 'unknown';
}

/** The code of a state. */
export function taskCode(state: TaskState): number {
  return TASK_STATES.indexOf(state);
}
