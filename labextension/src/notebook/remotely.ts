/** Sending the active cell elsewhere: its `%%remote` line, and where it can go. */
import { InputDialog, type ISessionContextDialogs } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import { NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import { inform } from '../actions/report';
import type { ITools } from '../actions/tools';
import { assertNever } from '../assert';
import { type Refusal, targetOf, withTarget } from '../model/magicLine';
import { askKernel } from '../model/kernel';
import { knownTargets } from '../model/targets';
import { insertCell, isOtherLanguage, kernelIsBusy } from './insert';

const THIS_MACHINE = { name: 'local', what: '' };
const LOAD = '%load_ext cellburst';

/** Whether a notebook's active cell can be sent anywhere. */
export function canRunRemotely(panel: NotebookPanel | null): panel is NotebookPanel {
  return panel?.content.activeCell?.model.type === 'code' && !isOtherLanguage(panel);
}

/** Where the active cell is sent now; null for nowhere. */
export function targetOfActive(panel: NotebookPanel | null): string | null {
  const cell = panel?.content.activeCell;
  return cell ? targetOf(cell.model.sharedModel.getSource()) : null;
}

/** The targets that the page knows of. */
export async function listTargets({ manager }: ITools, current: string | null): Promise<string[]> {
  try {
    const { client } = manager;
    const [{ targets }, { runs }] = await Promise.all([
      client.status(),
      client.runs({ limit: 200 })
    ]);
    return knownTargets(targets, runs, current);
  } catch {
    return knownTargets([THIS_MACHINE], [], current); // a cell can be marked without a server
  }
}

/** The target that a person chooses, undefined if none. */
export async function askTarget(
  tools: ITools,
  current: string | null
): Promise<string | undefined> {
  const { trans } = tools;
  const items = await listTargets(tools, current);
  const { button, value } = await InputDialog.getItem({
    title: trans.__('Run cell remotely'),
    label: trans.__('Target'),
    items,
    current: current ?? 'local',
    okLabel: trans.__('Mark the cell')
  });
  return button.accept ? (value ?? undefined) : undefined;
}

/** Add or edit the active cell's `%%remote` line, and run the cell if that is wanted. */
export async function runRemotely(
  panel: NotebookPanel,
  target: string,
  execute: boolean,
  dialogs: ISessionContextDialogs | undefined,
  trans: TranslationBundle
): Promise<void> {
  const { content, sessionContext } = panel;
  const cell = content.activeCell;
  if (cell === null) {
    return;
  }
  const source = cell.model.sharedModel.getSource();
  const changed = withTarget(source, target);
  if (typeof changed !== 'string') {
    inform(refused(changed, trans), trans);
    return;
  }
  replaceSource(cell, changed);
  const kernel = kernelIsBusy(panel) ? null : await askKernel(sessionContext.session?.kernel, []);
  if (kernel?.loaded === false) {
    if (execute) {
      await load(panel, cell, dialogs);
    } else if (loadCell(panel) === undefined) {
      inform(
        trans.__('%1 has not been run in this notebook: it makes %2 known.', LOAD, '%%remote'),
        trans,
        [
          {
            label: trans.__('Insert it above'),
            caption: trans.__('Insert a cell with %1 above this one, and run it', LOAD),
            callback: () => {
              void load(panel, cell, dialogs);
            }
          }
        ]
      );
    }
  }
  if (execute) {
    await NotebookActions.runCells(content, [cell], sessionContext, dialogs);
  }
}

/** Run the notebook's cell that makes the magics known; one is put above `cell` if there is none. */
async function load(
  panel: NotebookPanel,
  cell: Cell,
  dialogs: ISessionContextDialogs | undefined
): Promise<void> {
  const { content, sessionContext } = panel;
  let loading = loadCell(panel);
  if (loading === undefined) {
    insertCell(panel, Math.max(content.widgets.indexOf(cell), 0), LOAD);
    loading = content.activeCell ?? undefined;
    content.activeCellIndex += 1;
  }
  if (loading !== undefined) {
    await NotebookActions.runCells(content, [loading], sessionContext, dialogs);
  }
}

/** The cell that does nothing else than to make the magics known. */
function loadCell(panel: NotebookPanel): Cell | undefined {
  return panel.content.widgets.find(
    ({ model }) => model.type === 'code' && model.sharedModel.getSource().trim() === LOAD
  );
}

/** Replace only what differs, so that the cursor stays and one "undo" takes it back. */
function replaceSource(cell: Cell, changed: string): void {
  const shared = cell.model.sharedModel;
  const source = shared.getSource();
  if (source === changed) {
    return;
  }
  const shorter = Math.min(source.length, changed.length);
  let start = 0;
  while (start < shorter && source.charAt(start) === changed.charAt(start)) {
    start += 1;
  }
  let same = 0;
  while (
    same < shorter - start &&
    source.charAt(source.length - 1 - same) === changed.charAt(changed.length - 1 - same)
  ) {
    same += 1;
  }
  shared.updateSource(start, source.length - same, changed.slice(start, changed.length - same));
}

function refused(refusal: Refusal, trans: TranslationBundle): string {
  switch (refusal.kind) {
    case 'magic':
      return trans.__(
        '%1 runs only in the kernel. Put it in a cell of its own, and try again.',
        `%%${refusal.magic}`
      );
    case 'line':
      return trans.__(
        'The cell’s %1 line has a bracket or a quote that is not closed. Close it, and try again.',
        '%%remote'
      );
    default:
      return assertNever(refusal);
  }
}
