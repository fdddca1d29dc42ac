import type { Cell } from '@jupyterlab/cells';
import { ToolbarButton } from '@jupyterlab/ui-components';
import { Menu, Widget } from '@lumino/widgets';

import type { ITools } from '../actions/tools';
import { CommandIDs } from '../commands';
import { runsIcon } from '../icons';
import { targetOf } from '../model/magicLine';
import { listTargets } from './remotely';

/** The button of a code cell's toolbar that opens the list of targets; nothing for other cells. */
export function remoteButton(tools: ITools, cell: Cell): Widget {
  const { trans } = tools;
  if (cell.model.type !== 'code') {
    const nothing = new Widget();
    nothing.hide();
    return nothing;
  }
  const button = new ToolbarButton({
    icon: runsIcon,
    tooltip: trans.__('Run remotely'),
    className: 'cb-RemoteButton',
    onClick: () => {
      void openTargetMenu(tools, cell, button.node);
    }
  });
  button.node.setAttribute('aria-haspopup', 'menu');
  return button;
}

/** The targets, below a button: to mark the cell for one, or to run it there now. */
async function openTargetMenu(tools: ITools, cell: Cell, node: HTMLElement): Promise<void> {
  const { commands } = tools;
  const current = targetOf(cell.model.sharedModel.getSource());
  const targets = await listTargets(tools, current);
  const menu = new Menu({ commands });
  menu.addClass('cb-TargetMenu');
  const command = CommandIDs.runRemotely;
  for (const target of targets) {
    menu.addItem({ command, args: { target, isMenu: true } });
  }
  menu.addItem({ type: 'separator' });
  for (const target of targets) {
    menu.addItem({ command, args: { target, execute: true, isMenu: true } });
  }
  menu.aboutToClose.connect(() => {
    // the item that was chosen runs first
    requestAnimationFrame(() => {
      menu.dispose();
    });
  });
  const { left, bottom } = node.getBoundingClientRect();
  menu.open(left, bottom);
}
