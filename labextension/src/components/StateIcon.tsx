import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RunState, TaskState } from '../api/client';
import { assertNever } from '../assert';
import { useTranslator } from '../hooks/useTranslator';

export type AnyState = RunState | TaskState;

export interface StateIconProps {
  readonly state: AnyState;
  /** Where a text beside it names the state already: nothing for screen readers. */
  readonly decorative?: boolean;
}

/** The state of a run or a task, as a shape and a colour. */
export function StateIcon({ state, decorative = false }: StateIconProps): React.JSX.Element {
  const trans = useTranslator();
  const label = stateLabel(state, trans);
  const said = decorative ? { 'aria-hidden': true as const } : { role: 'img', 'aria-label': label };
  return (
    <svg className={`cb-StateIcon cb-mod-${state}`} viewBox="0 0 16 16" {...said}>
      {!decorative && <title>{label}</title>}
      <Shape state={state} />
    </svg>
  );
}

/** The state in the user's language. */
export function stateLabel(state: AnyState, trans: TranslationBundle): string {
  switch (state) {
    case 'queued':
      return trans.__('Queued');
    case 'running':
      return trans.__('Running');
    case 'cancelling':
      return trans.__('Cancelling');
    case 'succeeded':
      return trans.__('Succeeded');
    case 'failed':
      return trans.__('Failed');
    case 'cancelled':
      return trans.__('Cancelled');
    case 'unknown':
      return trans.__('Unknown');
    case 'pruned':
      return trans.__('Pruned');
    default:
      return assertNever(state);
  }
}

function Shape({ state }: { readonly state: AnyState }): React.JSX.Element {
  switch (state) {
    case 'queued':
      return <circle className="cb-StateIcon-line" cx="8" cy="8" r="5.5" />;
    case 'running':
      return (
        <>
          <circle className="cb-StateIcon-track" cx="8" cy="8" r="5.5" />
          <path className="cb-StateIcon-line cb-StateIcon-arc" d="M8 2.5a5.5 5.5 0 0 1 0 11" />
        </>
      );
    case 'cancelling':
      return (
        <>
          <circle className="cb-StateIcon-track" cx="8" cy="8" r="5.5" />
          <path className="cb-StateIcon-line cb-StateIcon-arc" d="M8 2.5a5.5 5.5 0 0 1 0 11" />
          <path className="cb-StateIcon-line" d="M5.5 8h5" />
        </>
      );
    case 'succeeded':
      return (
        <>
          <circle className="cb-StateIcon-disc" cx="8" cy="8" r="6.5" />
          <path className="cb-StateIcon-mark" d="m5 8.2 2.1 2.1 4-4.4" />
        </>
      );
    case 'failed':
      return (
        <>
          <path className="cb-StateIcon-disc" d="M5 1.5h6L14.5 5v6L11 14.5H5L1.5 11V5z" />
          <path className="cb-StateIcon-mark" d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8" />
        </>
      );
    case 'cancelled':
      return (
        <>
          <circle className="cb-StateIcon-line" cx="8" cy="8" r="5.5" />
          <path className="cb-StateIcon-line" d="m4.1 11.9 7.8-7.8" />
        </>
      );
    case 'unknown':
      return (
        <>
          <path className="cb-StateIcon-disc" d="m8 1 7 7-7 7-7-7z" />
          <path
            className="cb-StateIcon-mark"
            d="M6.3 6.4c0-2.3 3.4-2.2 3.4-.1 0 1.3-1.7 1.3-1.7 2.7m0 1.9v.2"
          />
        </>
      );
    case 'pruned':
      return <path className="cb-StateIcon-line" d="M2.5 4h11L8 13z" />;
    default:
      return assertNever(state);
  }
}
