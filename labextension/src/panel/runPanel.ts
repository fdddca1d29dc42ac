import { MainAreaWidget } from '@jupyterlab/apputils';

import { runsIcon } from '../icons';
import { RunBody } from './runBody';
import type { IRunServices } from './runServices';

const LONGEST = 40;

/** The main area's tab of a run. */
export class RunPanel extends MainAreaWidget<RunBody> {
  constructor(services: IRunServices, run: string) {
    const content = new RunBody(services, run);
    super({ content });
    this.run = run;
    this.id = `cellburst-run-${run}`;
    this.addClass('cb-RunPanel');
    this.node.dataset['run'] = run; // for menus
    this.toolbar.hide();
    const { title } = content;
    title.icon = runsIcon;
    title.closable = true;
    const name = (): void => {
      const { detail } = content.model;
      const text = detail === null ? '' : detail.name || detail.code_line;
      title.label = text === '' ? run : text.slice(0, LONGEST);
      title.caption = services.trans.__('Run %1', text === '' ? run : `${text} (${run})`);
    };
    content.model.changed.connect(name, this);
    name();
  }

  readonly run: string;
}
