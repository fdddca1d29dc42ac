import { Dialog, showDialog } from '@jupyterlab/apputils';

export interface IConfirmation {
  readonly title: string;
  /** What is lost. */
  readonly body: string;
  /** The button that does it. */
  readonly yes: string;
  /** The button that does not. */
  readonly no: string;
}

/** Whether a person wants what cannot be undone; the button that does nothing has the focus. */
export async function confirmed({ title, body, yes, no }: IConfirmation): Promise<boolean> {
  const { button } = await showDialog({
    title,
    body,
    buttons: [Dialog.cancelButton({ label: no }), Dialog.warnButton({ label: yes })],
    defaultButton: 0
  });
  return button.accept;
}
