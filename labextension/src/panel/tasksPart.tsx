import * as React from 'react';

import type { RunDetail } from '../api/client';
import { CommandIDs } from '../commands';
import { paramsText } from '../components/cellText';
import { NoTasks } from '../components/NoTasks';
import { TaskMatrix } from '../components/TaskMatrix';
import { TaskTable } from '../components/TaskTable';
import { TaskTools } from '../components/TaskTools';
import { Trouble } from '../components/Trouble';
import { whyUnchangeable } from '../elsewhere';
import { useSignal } from '../hooks/useSignal';
import { useTranslator } from '../hooks/useTranslator';
import { columnsOf } from '../model/columns';
import { matchingTasks } from '../model/matching';
import type { RunModel } from '../model/run';
import type { RunView } from '../model/runView';
import type { TaskSelection } from '../model/selection';
import type { TaskTable as TaskTableModel } from '../model/tasks';
import type { IRunServices } from './runServices';
import { TaskHost } from './taskHost';

const MATRIX_HEIGHT = 190;
/** Beside a task there is more to be seen than the matrix. */
const LOW_MATRIX = 80;

export interface TasksPartProps {
  readonly detail: RunDetail;
  readonly model: RunModel;
  readonly table: TaskTableModel;
  readonly view: RunView;
  readonly selection: TaskSelection;
  readonly services: IRunServices;
  readonly theme: number;
}

/** The tasks of a run: matrix and table, and the one that is open; of a single cell its one task. */
export function TasksPart(props: TasksPartProps): React.JSX.Element {
  const { detail, view, services } = props;
  const open = useSignal(view.changed, () => view.task);
  const from = React.useRef<Element | null>(null);
  const go = React.useCallback(
    (task: number) => {
      from.current = view.task === null ? document.activeElement : from.current;
      view.open(task);
    },
    [view]
  );
  const close = React.useCallback(() => {
    view.open(null);
    if (from.current instanceof HTMLElement) {
      from.current.focus(); // where the person came from
    }
  }, [view]);
  const showMachine = React.useCallback(
    (machine: string) => {
      view.showMachine(machine);
    },
    [view]
  );
  const links = detail.plan === null ? {} : { onShowMachine: showMachine };
  if (detail.single) {
    return <TaskHost services={services} run={detail.id} task={0} count={1} {...links} />;
  }
  if (detail.sweep.count === 0) {
    return <NoTasks detail={detail} />;
  }
  return (
    <div className={`cb-TasksPart${open === null ? '' : ' cb-mod-open'}`}>
      <Matrix {...props} open={open} onOpen={go} />
      <div className="cb-TasksPart-beside">
        <Table {...props} open={open} onOpen={go} />
        {open !== null && (
          <TaskHost
            services={services}
            run={detail.id}
            task={open}
            count={detail.sweep.count}
            onClose={close}
            onGo={go}
            {...links}
          />
        )}
      </div>
    </div>
  );
}

interface PartProps extends TasksPartProps {
  readonly open: number | null;
  readonly onOpen: (task: number) => void;
}

function Matrix({ detail, model, table, theme, open, onOpen }: PartProps): React.JSX.Element {
  const states = useSignal(model.changed, () => model.states);
  const describe = React.useCallback(
    (task: number) => {
      const known = table.task(task);
      return known === undefined ? '' : paramsText(known.params);
    },
    [table]
  );
  if (states.length === 0) {
    return <div className="cb-TaskMatrix" aria-hidden data-count={detail.sweep.count} />;
  }
  const parts = {
    states,
    open,
    theme,
    describe,
    onOpen,
    maxHeight: open === null ? MATRIX_HEIGHT : LOW_MATRIX
  };
  return <TaskMatrix {...parts} />;
}

function Table(props: PartProps): React.JSX.Element {
  const { detail, model, table, selection, services, open, onOpen } = props;
  const trans = useTranslator();
  const version = useSignal(table.changed, () => table.version);
  const chosen = useSignal(selection.changed, () => selection.tasks);
  const [meant, setMeant] = React.useState(0);
  const anchor = React.useRef(0);
  const { order, total, names, error } = table;
  const { sweep } = detail;
  const columns = React.useMemo(() => columnsOf(sweep.names, names), [sweep.names, names]);
  const onChoose = React.useCallback(
    (place: number, range: boolean) => {
      const from = range ? Math.min(anchor.current, place) : place;
      const to = range ? Math.max(anchor.current, place) : place;
      anchor.current = place;
      const tasks = [];
      for (let at = from; at <= to; at++) {
        tasks.push(table.row(at)?.index);
      }
      const known = tasks.filter(task => task !== undefined);
      if (range) {
        selection.add(known);
      } else if (known[0] !== undefined) {
        selection.toggle(known[0]);
      }
    },
    [table, selection]
  );
  const onText = React.useCallback(
    (text: string) => {
      table.ask({ text });
    },
    [table]
  );
  const onShow = React.useCallback(
    (first: number, last: number) => {
      table.show(first, last);
    },
    [table]
  );
  const cancelChosen = (): void => {
    const args = { run: detail.id, tasks: [...chosen] };
    // what goes wrong is said by the command
    void services.commands.execute(CommandIDs.cancelRun, args).catch(() => undefined);
  };
  const chooseAll = (): void => {
    const { client } = services.manager;
    void matchingTasks(client, detail.id, model.states, table.order).then(
      ({ tasks, total: all }) => {
        selection.add(tasks);
        setMeant(all > tasks.length ? all : 0);
      },
      () => {
        table.refresh(); // which then says what is wrong
      }
    );
  };
  return (
    <div className="cb-TasksPart-table">
      <TaskTools
        counts={detail.counts}
        states={order.state}
        text={order.text}
        found={total}
        chosen={chosen.size}
        meant={meant}
        going={detail.ended === null}
        reason={whyUnchangeable(detail, trans)}
        onStates={state => {
          table.ask({ state });
        }}
        onText={onText}
        onChooseAll={chooseAll}
        onChooseNone={() => {
          setMeant(0);
          selection.clear();
        }}
        onCancelChosen={cancelChosen}
      />
      {error !== null && <Trouble error={error} onRetry={() => table.refresh()} />}
      {total === 0 ? (
        <p className="cb-Note">{trans.__('No task is like that.')}</p>
      ) : (
        <TaskTable
          columns={columns}
          total={total ?? 0}
          version={version}
          row={place => table.row(place)}
          sort={order.sort}
          order={order.order}
          round={`${order.sort} ${order.order} ${order.state.join()} ${order.text}`}
          chosen={chosen}
          open={open}
          onSort={(sort, direction) => {
            table.ask({ sort, order: direction });
          }}
          onShow={onShow}
          onChoose={onChoose}
          onOpen={onOpen}
        />
      )}
    </div>
  );
}
