/** Where a run came from: its notebook, opened if it must be, and the cell in it. */
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { NotebookPanel } from '@jupyterlab/notebook';
import type { Contents, Session } from '@jupyterlab/services';

import type { RunDetail } from '../api/client';
import { cellOfRun, type ICell } from '../model/cells';
import { pathCandidates } from '../model/notebookPath';

/** JupyterLab's services that know of notebooks. */
export interface INotebooks {
  readonly documents: IDocumentManager;
  readonly sessions: Session.IManager;
  readonly contents: Contents.IManager;
  /** The server's root folder as the page knows it. */
  readonly root: string;
}

/** The path of the notebook that a run came from, relative to the server's root; null if there is none any more. */
export async function pathOfRun(notebooks: INotebooks, detail: RunDetail): Promise<string | null> {
  const kernel = detail.origin?.kernel ?? '';
  // the kernel that lives on knows best: its notebook may have been renamed since
  for (const session of notebooks.sessions.running()) {
    if (kernel !== '' && session.kernel?.id === kernel && session.type === 'notebook') {
      return session.path;
    }
  }
  for (const path of pathCandidates(detail.notebook, notebooks.root)) {
    if (await isFile(notebooks.contents, path)) {
      return path;
    }
  }
  return null;
}

/** The notebook at a path, in front and loaded; undefined where it is shown outside of this page. */
export async function openPanel(
  { documents }: INotebooks,
  path: string
): Promise<NotebookPanel | undefined> {
  const widget = documents.openOrReveal(path, 'Notebook');
  if (!(widget instanceof NotebookPanel)) {
    return undefined;
  }
  await widget.context.ready;
  await widget.revealed;
  return widget;
}

/** The place of the cell that a run came from in a notebook, -1 if it is not there. */
export function placeOfRun(panel: NotebookPanel, detail: RunDetail): number {
  return cellOfRun(cellsOf(panel), detail.origin?.cell ?? '', detail.code);
}

/** The cells of a notebook; those without code have none. */
export function cellsOf(panel: NotebookPanel): ICell[] {
  const cells = panel.content.model?.sharedModel.cells ?? [];
  return cells.map(cell => ({
    id: cell.getId(),
    source: cell.cell_type === 'code' ? cell.getSource() : ''
  }));
}

/** Make a cell the active one and bring it into view. */
export async function showCell(panel: NotebookPanel, place: number): Promise<void> {
  const { content } = panel;
  content.deselectAll();
  content.activeCellIndex = place;
  await content.scrollToItem(place, 'smart');
  content.activate();
}

async function isFile(contents: Contents.IManager, path: string): Promise<boolean> {
  try {
    const { type } = await contents.get(path, { content: false });
    return type === 'notebook';
  } catch {
    return false;
  }
}
