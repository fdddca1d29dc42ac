import type { RetryWhich } from './api/client';

/** The commands of this extension; the type of each one's arguments is in {@link CommandArguments}. */
export const CommandIDs = {
  showRuns: 'cellburst:show-runs',
  refresh: 'cellburst:refresh',
  groupRuns: 'cellburst:group-runs',
  openRun: 'cellburst:open-run',
  openTask: 'cellburst:open-task',
  cancelRun: 'cellburst:cancel-run',
  retryRun: 'cellburst:retry-run',
  retryInKernel: 'cellburst:retry-in-kernel',
  rerunRun: 'cellburst:rerun-run',
  rerunInKernel: 'cellburst:rerun-in-kernel',
  renameRun: 'cellburst:rename-run',
  deleteRun: 'cellburst:delete-run',
  prune: 'cellburst:prune',
  collectRun: 'cellburst:collect-run',
  openNotebook: 'cellburst:open-notebook',
  copyId: 'cellburst:copy-id',
  copyParams: 'cellburst:copy-params',
  downloadLog: 'cellburst:download-log',
  downloadFile: 'cellburst:download-file',
  runRemotely: 'cellburst:run-remotely'
} as const;

/** What each command takes. Every argument is checked when the command runs: anybody may call it with anything. */
export interface CommandArguments {
  [CommandIDs.showRuns]: Record<string, never>;
  [CommandIDs.refresh]: Record<string, never>;
  [CommandIDs.groupRuns]: { by?: 'notebook' | 'day' };
  [CommandIDs.openRun]: { run: string; task?: number };
  [CommandIDs.openTask]: { run: string; task: number };
  [CommandIDs.cancelRun]: { run: string; tasks?: number[] };
  [CommandIDs.retryRun]: { run: string; which?: RetryWhich };
  [CommandIDs.retryInKernel]: { run: string; which?: RetryWhich };
  [CommandIDs.rerunRun]: { run: string };
  [CommandIDs.rerunInKernel]: { run: string };
  [CommandIDs.renameRun]: { run: string; name?: string };
  [CommandIDs.deleteRun]: { run: string };
  [CommandIDs.prune]: Record<string, never>;
  [CommandIDs.collectRun]: { run: string };
  [CommandIDs.openNotebook]: { run: string };
  [CommandIDs.copyId]: { run: string };
  [CommandIDs.copyParams]: { run: string; task: number };
  [CommandIDs.downloadLog]: { run: string; task: number };
  [CommandIDs.downloadFile]: { run: string; task: number; path: string };
  [CommandIDs.runRemotely]: { target?: string; execute?: boolean };
}
