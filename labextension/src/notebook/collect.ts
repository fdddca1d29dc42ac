/** Bringing a run's results into a kernel, by a cell that a person sees. */
import { Clipboard, type ISessionContextDialogs, Notification } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';

import { inform } from '../actions/report';
import type { ITools } from '../actions/tools';
import type { RetryWhich, RunDetail } from '../api/client';
import { calledRun } from '../model/actions';
import {
  candidateNames,
  collectCode,
  type ICollected,
  type IKernelFacts,
  kernelCode
} from '../model/collect';
import { askKernel } from '../model/kernel';
import { intoOf } from '../model/magicLine';
import { cellsOf, type INotebooks, openPanel, pathOfRun, placeOfRun, showCell } from './find';
import { insertCell, isOtherLanguage, kernelIsBusy, runActiveCell } from './insert';

/** What these actions need of the page. */
export interface INotebookTools extends ITools {
  readonly notebooks: INotebooks;
  readonly tracker: INotebookTracker;
  readonly dialogs: ISessionContextDialogs | undefined;
}

/** Where a cell goes: below which one of which notebook. */
interface ISpot {
  readonly panel: NotebookPanel;
  readonly place: number;
  /** It is the notebook that the run came from. */
  readonly own: boolean;
}

/** Insert the cell that collects a run, below the one that it came from, and run it. */
export async function collectRun(tools: INotebookTools, detail: RunDetail): Promise<void> {
  const write = async (spot: ISpot | null): Promise<string> => {
    const sources = spot === null ? [] : cellsOf(spot.panel).map(({ source }) => source);
    const from = spot?.own === true ? (sources[spot.place] ?? '') : '';
    const known = { name: detail.name, into: intoOf(from) };
    const kernel = spot === null ? null : await ask(spot.panel, candidateNames(known));
    const collected: ICollected = {
      ...known,
      run: detail.id,
      single: detail.single,
      sources,
      kernel
    };
    return collectCode(collected);
  };
  await insertAndRun(tools, detail, write);
}

/** Insert a cell that does something with a run in the kernel, where its environment variables are, and run it. */
export async function doInKernel(
  tools: INotebookTools,
  detail: RunDetail,
  call: `retry("${RetryWhich}")` | 'rerun()'
): Promise<void> {
  await insertAndRun(tools, detail, async spot =>
    kernelCode(detail.id, call, spot === null ? null : await ask(spot.panel, []))
  );
}

/** Open the notebook that a run came from, at its cell. */
export async function openNotebook(tools: INotebookTools, detail: RunDetail): Promise<void> {
  const { notebooks, trans } = tools;
  const path = await pathOfRun(notebooks, detail);
  if (path === null) {
    inform(missing(tools, detail), trans);
    return;
  }
  const panel = await openPanel(notebooks, path);
  if (panel === undefined) {
    return; // in a tab of the browser
  }
  const place = placeOfRun(panel, detail);
  if (place < 0) {
    inform(trans.__('The cell of %1 is no longer in this notebook.', calledRun(detail)), trans);
    return;
  }
  await showCell(panel, place);
}

async function insertAndRun(
  tools: INotebookTools,
  detail: RunDetail,
  write: (spot: ISpot | null) => Promise<string>
): Promise<void> {
  const { trans } = tools;
  const spot = await findSpot(tools, detail);
  const source = await write(spot);
  if (spot === null) {
    inform(
      trans.__(
        'No notebook is open. Open one and try again, or run this in any Python:\n%1',
        source
      ),
      trans,
      [copyAction(tools, source)]
    );
    return;
  }
  if (isOtherLanguage(spot.panel)) {
    inform(
      trans.__('This notebook does not run Python. Open one that does, and try again.'),
      trans,
      [copyAction(tools, source)]
    );
    return;
  }
  insertCell(spot.panel, spot.place + 1, source);
  switch (await runActiveCell(spot.panel, tools.dialogs)) {
    case 'waits':
      Notification.info(
        trans.__('The kernel is busy: the new cell waits until the cell that runs has ended.'),
        { autoClose: 8000 }
      );
      break;
    case 'no-kernel':
      inform(
        trans.__(
          'The new cell was not run, because the notebook has no kernel. Choose one and run the cell.'
        ),
        trans
      );
      break;
    default:
  }
}

/** Below the cell that the run came from; else below the active cell of the notebook in front. */
async function findSpot(tools: INotebookTools, detail: RunDetail): Promise<ISpot | null> {
  const path = await pathOfRun(tools.notebooks, detail);
  const own = path === null ? undefined : await openPanel(tools.notebooks, path);
  if (own !== undefined) {
    const place = placeOfRun(own, detail);
    return place >= 0 ? { panel: own, place, own: true } : below(own);
  }
  const active = tools.tracker.currentWidget;
  if (active === null) {
    return null;
  }
  await active.context.ready;
  tools.notebooks.documents.openOrReveal(active.context.path);
  return below(active);
}

function below(panel: NotebookPanel): ISpot {
  return { panel, place: panel.content.activeCellIndex, own: false };
}

async function ask(panel: NotebookPanel, names: readonly string[]): Promise<IKernelFacts | null> {
  const { sessionContext } = panel;
  if (!sessionContext.session?.kernel) {
    await sessionContext.ready; // a notebook that was just opened; a kernel that is there may be busy for long
  }
  return kernelIsBusy(panel) ? null : await askKernel(sessionContext.session?.kernel, names);
}

function copyAction({ trans }: INotebookTools, source: string): Notification.IAction {
  return {
    label: trans.__('Copy'),
    caption: trans.__('Copy the code'),
    callback: () => {
      Clipboard.copyToSystem(source);
    }
  };
}

function missing({ trans }: INotebookTools, detail: RunDetail): string {
  return detail.notebook === ''
    ? trans.__('%1 did not come from a notebook.', calledRun(detail))
    : trans.__(
        'The notebook of %1 is not where it was, or outside of this server’s folder: %2',
        calledRun(detail),
        detail.notebook
      );
}
