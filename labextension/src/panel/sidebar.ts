import { SidePanel } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Panel } from '@lumino/widgets';

import { runsIcon } from '../icons';
import { type ISidebarOptions, SidebarBody } from './sidebarBody';

/** The panel "Runs" of the left sidebar. */
export class RunsSidebar extends SidePanel {
  constructor(private readonly options: ISidebarOptions) {
    super({ content: new Panel() });
    this.body = new SidebarBody(options);
    const { manager } = options.list;
    this.id = 'cellburst-runs';
    this.addClass('cb-RunsSidebar');
    this.title.icon = runsIcon;
    this.addWidget(this.body);
    manager.statusChanged.connect(this.name, this);
    this.name();
  }

  /** The colours of the page are others. */
  repaint(): void {
    this.body.repaint();
  }

  /** Give the focus back to the line that had it, if nothing else has taken it. */
  refocus(): void {
    if (
      document.activeElement === null ||
      !document.activeElement.matches('[tabindex], input, textarea, button')
    ) {
      this.node.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]')?.focus();
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    const { list, restarts } = this.options;
    list.manager.statusChanged.disconnect(this.name, this);
    list.dispose();
    restarts.dispose();
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.options.list.pages.shown = true;
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.options.list.pages.shown = false;
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.options.list.pages.shown = this.isVisible;
  }

  protected override onBeforeDetach(message: Message): void {
    this.options.list.pages.shown = false;
    super.onBeforeDetach(message);
  }

  /** How many runs go on, on the panel's icon. */
  private name(): void {
    const { list, trans } = this.options;
    const runs = list.manager.status?.counts.runs ?? 0;
    const going = trans._n('one goes on', '%1 go on', runs);
    this.title.caption = runs === 0 ? trans.__('Runs') : trans.__('Runs (%1)', going);
    // the style draws the badge from this
    this.title.dataset = runs === 0 ? {} : { 'cb-runs': runs > 99 ? '99+' : String(runs) };
  }

  private readonly body: SidebarBody;
}
