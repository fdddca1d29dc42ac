import { caretLeftIcon, caretRightIcon, closeIcon, type LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { count as grouped } from '../format';
import { useTranslator } from '../hooks/useTranslator';

export interface TaskPathProps {
  readonly task: number;
  /** How many tasks the run has. */
  readonly count: number;
  readonly onClose: () => void;
  readonly onGo: (task: number) => void;
}

/** Where a task is: the way back, and to the tasks beside it. */
export function TaskPath({ task, count, onClose, onGo }: TaskPathProps): React.JSX.Element {
  const trans = useTranslator();
  return (
    <nav className="cb-TaskHost-path" aria-label={trans.__('Where this task is')}>
      <button type="button" className="cb-Link" onClick={onClose}>
        {trans.__('Tasks')}
      </button>
      <span aria-hidden>›</span>
      <span className="cb-TaskHost-name">
        {trans.__('Task %1', task)}
        <span className="cb-TaskHost-count">{trans.__('of %1', grouped(count))}</span>
      </span>
      <span className="cb-TaskHost-steps">
        <Step
          icon={caretLeftIcon}
          label={trans.__('Previous task')}
          off={task <= 0}
          onClick={() => onGo(task - 1)}
        />
        <Step
          icon={caretRightIcon}
          label={trans.__('Next task')}
          off={task >= count - 1}
          onClick={() => onGo(task + 1)}
        />
        <Step icon={closeIcon} label={trans.__('Close the task (Escape)')} onClick={onClose} />
      </span>
    </nav>
  );
}

interface StepProps {
  readonly icon: LabIcon;
  readonly label: string;
  readonly off?: boolean;
  readonly onClick: () => void;
}

function Step({ icon: Icon, label, off = false, onClick }: StepProps): React.JSX.Element {
  return (
    <button
      type="button"
      className="cb-RunActions-action"
      aria-label={label}
      title={label}
      disabled={off}
      onClick={onClick}
    >
      <Icon.react tag="span" />
    </button>
  );
}
