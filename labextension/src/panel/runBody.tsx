import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { TranslatorContext } from '../hooks/useTranslator';
import { ChartData } from '../model/chartData';
import { CurvesModel } from '../model/curves';
import { MachinesModel } from '../model/machines';
import { RunModel } from '../model/run';
import { RunView } from '../model/runView';
import { TaskSelection } from '../model/selection';
import { SearchStanding } from '../model/standing';
import { TaskTable } from '../model/tasks';
import { RunPage } from './runPage';
import type { IRunServices } from './runServices';

/** A run's page: what it shows is kept up to date only while it can be seen. */
export class RunBody extends ReactWidget {
  constructor(
    private readonly services: IRunServices,
    run: string
  ) {
    super();
    const { manager } = services;
    this.model = new RunModel(manager, run);
    this.table = new TaskTable(manager.client, run);
    this.chart = new ChartData(this.model);
    this.standing = new SearchStanding(this.model);
    this.curves = new CurvesModel({
      client: manager.client,
      run,
      live: () => this.model.detail?.ended === null,
      search: () => this.model.detail?.search ?? null
    });
    this.machines = new MachinesModel(manager.client, run);
    this.addClass('cb-RunBody');
    this.model.moved.connect(() => {
      this.table.refresh();
      this.curves.poke();
      this.machines.poke();
    });
  }

  readonly model: RunModel;
  readonly table: TaskTable;
  readonly chart: ChartData;
  readonly standing: SearchStanding;
  readonly curves: CurvesModel;
  readonly machines: MachinesModel;
  readonly view = new RunView();
  readonly selection = new TaskSelection();

  /** The colours of the page are different. */
  repaint(): void {
    this.theme += 1;
    this.update();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.machines.dispose();
    this.curves.dispose();
    this.standing.dispose();
    this.chart.dispose();
    this.table.dispose();
    this.model.dispose();
    super.dispose();
  }

  protected override render(): React.JSX.Element {
    const { model, table, chart, standing, curves, machines, view, selection, services, theme } =
      this;
    const shown = { model, table, chart, standing, curves, machines };
    const parts = { ...shown, view, selection, services, theme };
    return (
      <TranslatorContext.Provider value={services.trans}>
        <RunPage {...parts} />
      </TranslatorContext.Provider>
    );
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.look(this.isVisible);
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.look(true);
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.look(false);
  }

  protected override onBeforeDetach(message: Message): void {
    this.look(false);
    super.onBeforeDetach(message);
  }

  private look(visible: boolean): void {
    if (visible === this.model.shown) {
      return;
    }
    if (visible) {
      this.table.reveal();
    } else {
      this.table.hide();
    }
    this.model.shown = visible;
    this.curves.watched = visible;
    this.machines.watched = visible;
  }

  private theme = 0;
}
