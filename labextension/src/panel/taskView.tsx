import * as React from 'react';

import { TaskModel } from '../model/task';
import { TaskPage } from './taskPage';
import type { IRunServices } from './runServices';

export interface TaskViewProps {
  readonly services: IRunServices;
  readonly run: string;
  readonly task: number;
  /** Not given where the run has no machines of its own. */
  readonly onShowMachine?: (machine: string) => void;
}

/** One task with its log, outputs, traceback and numbers. It notices by itself whether it can be seen. */
export function TaskView(props: TaskViewProps): React.JSX.Element {
  const { services, run, task, onShowMachine } = props;
  const { manager, trans } = services;
  const [model, setModel] = React.useState<TaskModel | null>(null);
  React.useEffect(() => {
    const made = new TaskModel({ client: manager.client, manager, trans, run, index: task });
    setModel(made);
    return () => {
      made.dispose();
    };
  }, [manager, trans, run, task]);
  if (model === null || model.run !== run || model.index !== task) {
    return <></>;
  }
  const links = onShowMachine && { onShowMachine };
  return <TaskPage key={`${run}/${task}`} model={model} {...services} {...links} />;
}
