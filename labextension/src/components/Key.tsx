import * as React from 'react';

import { allowed } from './allowed';

export interface KeyProps {
  readonly children: React.ReactNode;
  /** What it does, if its text does not say so. */
  readonly label?: string;
  /** Of something that is on or off. */
  readonly pressed?: boolean;
  readonly off?: boolean;
  /** Why it does nothing, for one that says so; "" if it does. */
  readonly reason?: string;
  readonly onClick: () => void;
}

/** A small button with a text. */
export function Key({
  children,
  label,
  pressed,
  off = false,
  reason = '',
  onClick
}: KeyProps): React.JSX.Element {
  return (
    <button
      type="button"
      className="cb-Key"
      disabled={off}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      {...allowed(reason, label, onClick)}
    >
      {children}
    </button>
  );
}
