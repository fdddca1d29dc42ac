/** New cells in a notebook, and running them. */
import type { ISessionContextDialogs } from '@jupyterlab/apputils';
import { NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';

/** How the kernel stood when a cell was run. */
export type Ran = 'ran' | 'waits' | 'no-kernel';

/** Put a code cell with this source at a place of a notebook, and make it the active one. */
export function insertCell(panel: NotebookPanel, place: number, source: string): void {
  const { content } = panel;
  content.model?.sharedModel.insertCell(place, { cell_type: 'code', source, metadata: {} });
  content.deselectAll();
  content.activeCellIndex = place;
}

/** Run the active cell. A busy kernel runs it when the cell that runs has ended: that is not waited for. */
export async function runActiveCell(
  panel: NotebookPanel,
  dialogs: ISessionContextDialogs | undefined
): Promise<Ran> {
  const { content, sessionContext } = panel;
  const cell = content.activeCell;
  if (cell === null) {
    return 'no-kernel';
  }
  void content.scrollToItem(content.activeCellIndex, 'smart');
  const busy = kernelIsBusy(panel);
  const run = NotebookActions.runCells(content, [cell], sessionContext, dialogs);
  if (busy) {
    return 'waits';
  }
  await run;
  return sessionContext.hasNoKernel ? 'no-kernel' : 'ran';
}

/** Whether another cell is running, or may be: a page that was reloaded does not know before the kernel speaks. */
export function kernelIsBusy({ sessionContext }: NotebookPanel): boolean {
  const status = sessionContext.session?.kernel?.status;
  return status === 'busy' || status === 'unknown';
}

/** Whether the kernel, or else the notebook, is of another language than Python. */
export function isOtherLanguage(panel: NotebookPanel): boolean {
  const { model } = panel.content;
  const info = model?.getMetadata('language_info') as { readonly name?: unknown } | undefined;
  const name = typeof info?.name === 'string' ? info.name : (model?.defaultKernelLanguage ?? '');
  return name !== '' && !/^i?python/i.test(name);
}
