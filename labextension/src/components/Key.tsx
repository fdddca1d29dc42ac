import * as React from 'react';

export interface KeyProps {
  readonly children: React.ReactNode;
  /** What it does, if its text does not say so. */
  readonly label?: string;
  /** Of something that is on or off. */
  readonly pressed?: boolean;
  readonly off?: boolean;
  readonly onClick: () => void;
}

/** A small button with a text. */
export function Key({
  children,
  label,
  pressed,
  off = false,
  onClick
}: KeyProps): React.JSX.Element {
  return (
    <button
      type="button"
      className="cb-Key"
      disabled={off}
      {...(label === undefined ? {} : { 'aria-label': label, title: label })}
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
