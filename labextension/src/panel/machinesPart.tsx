import * as React from 'react';

import type { RunDetail } from '../api/client';
import { isLiving } from '../components/machineFacts';
import { Machines } from '../components/Machines';
import { Trouble } from '../components/Trouble';
import { useNow } from '../hooks/useNow';
import { useSignal } from '../hooks/useSignal';
import { useTranslator } from '../hooks/useTranslator';
import type { MachinesModel } from '../model/machines';
import type { RunView } from '../model/runView';
import type { TaskTable } from '../model/tasks';
import type { IRunManager } from '../tokens';

export interface MachinesPartProps {
  readonly model: MachinesModel;
  readonly detail: RunDetail;
  readonly view: RunView;
  readonly table: TaskTable;
  readonly manager: IRunManager;
}

/** The machines of a run, followed while they are looked at. */
export function MachinesPart(props: MachinesPartProps): React.JSX.Element {
  const { model, detail, view, table, manager } = props;
  const trans = useTranslator();
  const answer = useSignal(model.changed, () => model.answer);
  const error = useSignal(model.changed, () => model.error);
  const meant = useSignal(view.changed, () => view.machine);
  const now = useNow(manager, answer?.machines.some(isLiving) ?? false);
  React.useEffect(() => {
    model.looked = true;
    return () => {
      model.looked = false;
    };
  }, [model]);
  const onShowTasks = React.useCallback(
    (machine: string) => {
      table.ask({ text: `${machine}.`, state: [] });
      view.open(null);
      view.section = 'tasks';
    },
    [table, view]
  );
  return (
    <>
      {error !== null && <Trouble error={error} onRetry={() => model.poke()} />}
      {answer === null && error === null && (
        <p className="cb-Note">{trans.__('Reading the machines…')}</p>
      )}
      {answer !== null && (
        <Machines
          answer={answer}
          plan={detail.plan}
          ended={detail.ended !== null}
          now={now}
          meant={meant}
          onShowTasks={onShowTasks}
        />
      )}
    </>
  );
}
