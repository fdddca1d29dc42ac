import {
  copyIcon,
  deleteIcon,
  downloadIcon,
  editIcon,
  type LabIcon,
  notebookIcon,
  redoIcon,
  refreshIcon,
  stopIcon
} from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RunRow } from '../api/client';
import { whyUnchangeable } from '../elsewhere';
import { useTranslator } from '../hooks/useTranslator';
import { allowed } from './allowed';

/** What can be done with a run; who is asked before something is lost is up to the command. */
export interface IRunActions {
  readonly cancel: () => void;
  /** What failed. */
  readonly retryFailed: () => void;
  /** All that has not succeeded. */
  readonly retry: () => void;
  readonly rerun: () => void;
  readonly collect: () => void;
  readonly rename: () => void;
  readonly remove: () => void;
  readonly copyId: () => void;
  readonly openNotebook: () => void;
}

export interface RunActionsProps {
  readonly run: RunRow;
  readonly actions: IRunActions;
  /** Few and small, for a narrow place. */
  readonly compact?: boolean;
}

interface IAction {
  readonly key: keyof IRunActions;
  readonly icon: LabIcon;
  readonly label: string;
  readonly caption: string;
  /** With its label, not the icon alone. */
  readonly main: boolean;
}

/** What a run can be asked for only where it was started. */
const CHANGES: readonly (keyof IRunActions)[] = ['retryFailed', 'retry', 'rerun'];

/** The buttons of a run: those that make sense in its state. */
export function RunActions({ run, actions, compact = false }: RunActionsProps): React.JSX.Element {
  const trans = useTranslator();
  const reason = whyUnchangeable(run, trans);
  return (
    <div
      className={`cb-RunActions${compact ? ' cb-mod-compact' : ''}`}
      role="group"
      aria-label={trans.__('Actions')}
    >
      {actionsOf(run, trans)
        .filter(action => !compact || action.main)
        .map(({ key, icon, label, caption, main }) => (
          <button
            key={key}
            type="button"
            className={`cb-RunActions-action${main ? ' cb-mod-main' : ''}`}
            aria-label={main ? undefined : label}
            {...allowed(CHANGES.includes(key) ? reason : '', caption, actions[key])}
          >
            <icon.react tag="span" />
            {main && <span>{label}</span>}
          </button>
        ))}
    </div>
  );
}

function actionsOf(run: RunRow, trans: TranslationBundle): readonly IAction[] {
  const going = run.state === 'queued' || run.state === 'running' || run.state === 'cancelling';
  const bad = run.counts.failed + run.counts.unknown;
  const rest = !going && run.counts.cancelled > 0;
  const some: (IAction | false)[] = [
    run.counts.succeeded > 0 && {
      key: 'collect',
      icon: downloadIcon,
      label: trans.__('Collect into kernel'),
      caption: trans.__('Put the results into the notebook, as a new cell that is run'),
      main: true
    },
    going &&
      run.state !== 'cancelling' && {
        key: 'cancel',
        icon: stopIcon,
        label: trans.__('Cancel'),
        caption: trans.__('End the tasks that run, and do not begin those that wait'),
        main: true
      },
    bad > 0 && {
      key: 'retryFailed',
      icon: refreshIcon,
      label: trans.__('Retry failed'),
      caption: trans.__('Run the tasks again that failed'),
      main: true
    },
    rest && {
      key: 'retry',
      icon: refreshIcon,
      label: trans.__('Run the rest'),
      caption: trans.__('Run the tasks again that have not succeeded'),
      main: true
    },
    !going && {
      key: 'rerun',
      icon: redoIcon,
      label: trans.__('Run again'),
      caption: trans.__('A new run with the same inputs and the same seed'),
      main: bad === 0 && !rest
    },
    run.notebook !== '' && {
      key: 'openNotebook',
      icon: notebookIcon,
      label: trans.__('Open the notebook'),
      caption: trans.__('Open the notebook at the cell that this run came from'),
      main: false
    },
    {
      key: 'rename',
      icon: editIcon,
      label: trans.__('Rename'),
      caption: trans.__('Give the run another name'),
      main: false
    },
    {
      key: 'copyId',
      icon: copyIcon,
      label: trans.__('Copy the id'),
      caption: trans.__('Copy the run id %1', run.id),
      main: false
    },
    !going && {
      key: 'remove',
      icon: deleteIcon,
      label: trans.__('Delete'),
      caption: trans.__('Delete the run with its results'),
      main: false
    }
  ];
  return some.filter(action => action !== false);
}
