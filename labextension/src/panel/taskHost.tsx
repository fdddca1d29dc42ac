import * as React from 'react';

import { TaskPath } from '../components/TaskPath';
import { useTranslator } from '../hooks/useTranslator';
import type { IRunServices } from './runServices';
import { TaskView } from './taskView';

export interface TaskHostProps {
  readonly services: IRunServices;
  readonly run: string;
  readonly task: number;
  /** How many tasks the run has. */
  readonly count: number;
  /** Not given for the one task of a single cell: there is nothing to go back to. */
  readonly onClose?: () => void;
  readonly onGo?: (task: number) => void;
  readonly onShowMachine?: (machine: string) => void;
}

/** The task that is open, with the way back and to those beside it. */
export function TaskHost(props: TaskHostProps): React.JSX.Element {
  const { services, run, task, count, onClose, onGo, onShowMachine } = props;
  const trans = useTranslator();
  const host = React.useRef<HTMLElement>(null);
  const canClose = onClose !== undefined;
  React.useEffect(() => {
    if (canClose) {
      host.current?.focus();
    }
  }, [canClose]);
  return (
    <section
      ref={host}
      className="cb-TaskHost"
      tabIndex={-1}
      aria-label={trans.__('Task %1', task)}
      data-task={task}
      onKeyDown={event => {
        if (event.key === 'Escape' && onClose !== undefined && !event.defaultPrevented) {
          event.preventDefault();
          onClose();
        }
      }}
    >
      {onClose !== undefined && onGo !== undefined && (
        <TaskPath task={task} count={count} onClose={onClose} onGo={onGo} />
      )}
      <div className="cb-TaskHost-panel">
        <TaskView
          services={services}
          run={run}
          task={task}
          {...(onShowMachine && { onShowMachine })}
        />
      </div>
    </section>
  );
}
