import * as React from 'react';

import type { RunRow } from '../api/client';
import { whyUnchangeable } from '../elsewhere';
import { useTranslator } from '../hooks/useTranslator';
import { allowed } from './allowed';

/** What a card's buttons do; who is asked before something is lost is up to the command. */
export interface ICardActions {
  readonly open: () => void;
  readonly cancel: () => void;
  readonly retryFailed: () => void;
  readonly retry: () => void;
  readonly collect: () => void;
}

export interface CardActionsProps {
  readonly row: RunRow;
  readonly actions: ICardActions;
}

interface IButton {
  readonly key: keyof ICardActions;
  readonly label: string;
  readonly caption: string;
  /** Why it cannot be done, if so. */
  readonly reason?: string;
}

/** The few things that a run is wanted for below its cell. */
export function CardActions({ row, actions }: CardActionsProps): React.JSX.Element {
  const trans = useTranslator();
  const reason = whyUnchangeable(row, trans);
  const { failed, unknown, cancelled, succeeded } = row.counts;
  const canCancel = row.state === 'queued' || row.state === 'running';
  const buttons: (IButton | false)[] = [
    canCancel && {
      key: 'cancel',
      label: trans.__('Cancel'),
      caption: trans.__('End what runs and start no more of it; what has ended is kept')
    },
    failed + unknown > 0 && {
      key: 'retryFailed',
      label: trans.__('Retry failed'),
      caption: trans.__('Run the failed tasks again'),
      reason
    },
    failed + unknown === 0 &&
      cancelled > 0 &&
      !canCancel && {
        key: 'retry',
        label: trans.__('Run the rest'),
        caption: trans.__('Run the cancelled tasks'),
        reason
      },
    succeeded > 0 && {
      key: 'collect',
      label: trans.__('Collect'),
      caption: trans.__('Insert a cell that brings the results into the kernel, and run it')
    },
    { key: 'open', label: trans.__('Open'), caption: trans.__('Show the run in a tab') }
  ];
  return (
    <span className="cb-CardActions" role="group" aria-label={trans.__('Actions')}>
      {buttons
        .filter(button => button !== false)
        .map(({ key, label, caption, reason: refusal = '' }) => (
          <button
            key={key}
            type="button"
            className="cb-CardActions-button"
            {...allowed(refusal, caption, actions[key])}
          >
            {label}
          </button>
        ))}
    </span>
  );
}
