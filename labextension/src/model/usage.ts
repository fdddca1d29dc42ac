import type { IRunClient, UsageAnswer } from '../api/client';
import { ApiError } from '../api/errors';

export type IUsage = UsageAnswer;
export type IUsageSample = UsageAnswer['samples'][number];

/** What a task takes of its machine; null if nobody has measured it. Rejects as the client does. */
export async function readUsage(
  client: IRunClient,
  run: string,
  index: number,
  signal: AbortSignal
): Promise<IUsage | null> {
  try {
    return await client.usage(run, index, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return null;
    }
    throw error;
  }
}
