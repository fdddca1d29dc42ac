import type { JupyterFrontEnd } from '@jupyterlab/application';

import { isRunId } from '../model/arguments';

/** A run, or a task of one, that the page shows somewhere. */
export interface IPlace {
  readonly run: string;
  readonly task: number | undefined;
}

/** What of this extension the page shows where; elements say it in `data-run` and `data-task`. */
export interface IPlaces {
  /** What the context menu was opened on. */
  clicked(): IPlace | undefined;
  /** The run of the tab in front. */
  current(): string | undefined;
}

export class PagePlaces implements IPlaces {
  constructor(private readonly app: JupyterFrontEnd) {}

  clicked(): IPlace | undefined {
    const node = this.app.contextMenuHitTest(({ dataset }) => dataset['run'] !== undefined);
    const run = node?.dataset['run'];
    if (!isRunId(run)) {
      return undefined;
    }
    const task = this.app.contextMenuHitTest(({ dataset }) => dataset['task'] !== undefined);
    const number = task?.dataset['task'] ?? '';
    return { run, task: /^\d{1,9}$/.test(number) ? Number(number) : undefined };
  }

  current(): string | undefined {
    const run = this.app.shell.currentWidget?.node.dataset['run'];
    return isRunId(run) ? run : undefined;
  }
}
