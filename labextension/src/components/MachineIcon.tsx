import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { MachineState } from '../api/client';
import { assertNever } from '../assert';

/** In the order of a machine's life. */
export const MACHINE_STATES: readonly MachineState[] = [
  'requesting',
  'booting',
  'setting up',
  'running',
  'ending',
  'ended'
];

/** Where a machine is, as a shape and a colour; a text beside it names it. */
export function MachineIcon({ state }: { readonly state: MachineState }): React.JSX.Element {
  return (
    <svg
      className={`cb-StateIcon cb-MachineIcon cb-mod-${state.replace(' ', '-')}`}
      viewBox="0 0 16 16"
      aria-hidden
    >
      <Shape state={state} />
    </svg>
  );
}

/** The state in the user's language. */
export function machineLabel(state: MachineState, trans: TranslationBundle): string {
  switch (state) {
    case 'requesting':
      return trans.__('Requesting');
    case 'booting':
      return trans.__('Booting');
    case 'setting up':
      return trans.__('Setting up');
    case 'running':
      return trans.__('Running');
    case 'ending':
      return trans.__('Ending');
    case 'ended':
      return trans.__('Ended');
    default:
      return assertNever(state);
  }
}

function Shape({ state }: { readonly state: MachineState }): React.JSX.Element {
  switch (state) {
    case 'requesting':
      return <circle className="cb-StateIcon-line cb-mod-dotted" cx="8" cy="8" r="5.5" />;
    case 'booting':
      return (
        <>
          <circle className="cb-StateIcon-track" cx="8" cy="8" r="5.5" />
          <path className="cb-StateIcon-line cb-StateIcon-arc" d="M8 2.5A5.5 5.5 0 0 1 13.5 8" />
        </>
      );
    case 'setting up':
      return (
        <>
          <circle className="cb-StateIcon-track" cx="8" cy="8" r="5.5" />
          <path className="cb-StateIcon-line cb-StateIcon-arc" d="M8 2.5a5.5 5.5 0 1 1-5.5 5.5" />
          <circle className="cb-StateIcon-disc" cx="8" cy="8" r="1.8" />
        </>
      );
    case 'running':
      return (
        <>
          <circle className="cb-StateIcon-disc" cx="8" cy="8" r="6.5" />
          <path className="cb-MachineIcon-mark" d="M6.4 5v6l4.8-3z" />
        </>
      );
    case 'ending':
      return (
        <>
          <circle className="cb-StateIcon-line" cx="8" cy="8" r="5.5" />
          <path className="cb-StateIcon-line" d="M5.8 8h4.4" />
        </>
      );
    case 'ended':
      return <rect className="cb-StateIcon-disc" x="3.5" y="3.5" width="9" height="9" rx="1" />;
    default:
      return assertNever(state);
  }
}
