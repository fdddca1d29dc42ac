import * as React from 'react';

import { paramsText } from '../components/cellText';
import { Facts } from '../components/Facts';
import { Manifest } from '../components/Manifest';
import { isGoing } from '../components/runCost';
import { RunHeader } from '../components/RunHeader';
import { type ISection, Sections } from '../components/Sections';
import { Timeline } from '../components/Timeline';
import { Trouble } from '../components/Trouble';
import { assertNever } from '../assert';
import { count } from '../format';
import { useNow } from '../hooks/useNow';
import { useSignal } from '../hooks/useSignal';
import { useTranslator } from '../hooks/useTranslator';
import type { RunDetail } from '../api/client';
import type { ChartData } from '../model/chartData';
import type { CurvesModel } from '../model/curves';
import { fenced } from '../model/codeFence';
import type { MachinesModel } from '../model/machines';
import type { RunModel } from '../model/run';
import type { RunSection, RunView } from '../model/runView';
import type { TaskSelection } from '../model/selection';
import type { SearchStanding } from '../model/standing';
import type { TaskTable } from '../model/tasks';
import { ChartPart } from './chartPart';
import { CurvesPart } from './curvesPart';
import { MachinesPart } from './machinesPart';
import { Rendered } from './rendered';
import { actionsOf, type IRunServices } from './runServices';
import { TasksPart } from './tasksPart';

export interface RunPageProps {
  readonly model: RunModel;
  readonly table: TaskTable;
  readonly chart: ChartData;
  readonly standing: SearchStanding;
  readonly curves: CurvesModel;
  readonly machines: MachinesModel;
  readonly view: RunView;
  readonly selection: TaskSelection;
  readonly services: IRunServices;
  readonly theme: number;
}

interface PartProps extends RunPageProps {
  readonly detail: RunDetail;
  readonly section: RunSection;
}

const CURVES_HEIGHT = 380;

/** Everything about a run. */
export function RunPage(props: RunPageProps): React.JSX.Element {
  const { model, standing, curves, view, services } = props;
  const trans = useTranslator();
  const detail = useSignal(model.changed, () => model.detail);
  const error = useSignal(model.changed, () => model.error);
  const deleted = useSignal(model.changed, () => model.deleted);
  const shown = useSignal(model.changed, () => model.shown);
  const section = useSignal(view.changed, () => view.section);
  const reported = useSignal(curves.changed, () => curves.total);
  const found = useSignal(standing.changed, () => standing.found);
  const { manager } = services;
  const living = useSignal(
    manager.statusChanged,
    () => manager.status?.machines.find(({ run }) => run === model.run) ?? null
  );
  const now = useNow(manager, shown && detail !== null && isGoing(detail));
  const actions = React.useMemo(
    () => actionsOf(services.commands, model.run),
    [services.commands, model.run]
  );
  const trouble = error !== null && !deleted && (
    <Trouble error={error} onRetry={() => model.refresh()} />
  );
  if (detail === null) {
    return (
      <div className="cb-RunPage">
        {trouble || <p className="cb-Note">{trans.__('Reading the run…')}</p>}
      </div>
    );
  }
  const isSection = (id: string): id is RunSection => sections.some(each => each.id === id);
  const sections = sectionsOf(detail, reported, living?.machines ?? 0, {
    tasks: trans.__('Tasks'),
    task: trans.__('Task'),
    chart: trans.__('Chart'),
    curves: trans.__('Curves'),
    machines: trans.__('Machines'),
    code: trans.__('Code'),
    inputs: trans.__('Inputs'),
    timeline: trans.__('Timeline'),
    facts: trans.__('Facts')
  });
  return (
    <div className="cb-RunPage">
      <RunHeader
        detail={detail}
        now={now}
        deleted={deleted}
        found={found}
        machines={living}
        actions={actions}
        onOpenTask={task => {
          view.open(task);
        }}
      />
      {trouble}
      <Sections
        sections={sections}
        shown={section}
        label={trans.__('Parts of the run')}
        onShow={id => {
          if (isSection(id)) {
            view.section = id;
          }
        }}
      >
        <Part {...props} detail={detail} section={section} />
      </Sections>
    </div>
  );
}

type SectionLabels = Readonly<Record<'task' | RunSection, string>>;

function sectionsOf(
  detail: RunDetail,
  reported: number,
  living: number,
  labels: SectionLabels
): readonly (ISection & { readonly id: RunSection })[] {
  const { sweep, manifest, single, plan } = detail;
  const machines = { id: 'machines' as const, label: labels.machines };
  const many = { id: 'tasks' as const, label: labels.tasks, note: count(sweep.count) };
  return [
    single ? { id: 'tasks', label: labels.task } : many,
    ...(single ? [] : [{ id: 'chart' as const, label: labels.chart }]),
    ...(single || reported === 0 ? [] : [{ id: 'curves' as const, label: labels.curves }]),
    ...(plan === null ? [] : [living === 0 ? machines : { ...machines, note: count(living) }]),
    { id: 'code', label: labels.code },
    { id: 'inputs', label: labels.inputs, note: count(manifest.length) },
    { id: 'timeline', label: labels.timeline },
    { id: 'facts', label: labels.facts }
  ];
}

function Part(props: PartProps): React.JSX.Element {
  const { detail, section, model, table, chart, curves, machines, view, services, theme } = props;
  const trans = useTranslator();
  const describe = React.useCallback(
    (task: number) => {
      const known = table.task(task);
      return known === undefined ? '' : paramsText(known.params);
    },
    [table]
  );
  const events = useSignal(model.changed, () => model.events);
  switch (section) {
    case 'tasks':
      return <TasksPart {...props} />;
    case 'chart':
      return <ChartPart key={theme} chart={chart} rendermime={services.rendermime} />;
    case 'curves':
      return (
        <CurvesPart
          model={curves}
          height={CURVES_HEIGHT}
          describe={describe}
          onOpen={task => {
            view.open(task);
          }}
        />
      );
    case 'machines':
      return (
        <MachinesPart
          model={machines}
          detail={detail}
          view={view}
          table={table}
          manager={services.manager}
        />
      );
    case 'code':
      return (
        <Rendered
          rendermime={services.rendermime}
          mime="text/markdown"
          data={fenced(detail.code, 'python')}
          className="cb-CodeView"
          label={trans.__('The code that was sent')}
        />
      );
    case 'inputs':
      return <Manifest inputs={detail.manifest} sent={detail.sent} />;
    case 'timeline':
      return (
        <Timeline
          events={events}
          since={detail.submitted}
          onOpenTask={task => {
            view.open(task);
          }}
        />
      );
    case 'facts':
      return <Facts detail={detail} />;
    default:
      return assertNever(section);
  }
}
