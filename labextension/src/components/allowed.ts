/** What a button has that may be refused. */
export interface IAllowedProps {
  readonly title: string | undefined;
  readonly 'aria-disabled'?: true;
  readonly onClick?: () => void;
}

/** A button that does something; with a `reason` it only says why it does not, also to those who reach it by keyboard. */
export function allowed(
  reason: string,
  caption: string | undefined,
  onClick: () => void
): IAllowedProps {
  return reason === '' ? { title: caption, onClick } : { title: reason, 'aria-disabled': true };
}
