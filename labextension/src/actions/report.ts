/** What an action says when it is done, or why it is not. */
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { ApiError, ServerMissingError, ShapeError } from '../api/errors';
import { assertNever } from '../assert';
import { ArgumentError } from '../model/arguments';

/** JupyterLab cuts longer messages off. */
const LONGEST = 140;
const BRIEF = 5000; // milliseconds
const LONG = 15000;

let lastWarning = '';

/** A notification that goes away by itself. */
export function say(message: string, actions: readonly Notification.IAction[] = []): void {
  Notification.success(message, { autoClose: BRIEF, actions: [...actions] });
}

/** The same, where nothing was changed. */
export function inform(
  message: string,
  trans: TranslationBundle,
  actions: readonly Notification.IAction[] = []
): void {
  const { short, more } = shortened(message, trans);
  Notification.info(short, { autoClose: LONG, actions: [...actions, ...more] });
}

/** What went wrong, and the way out; `title` says what was tried. */
export function reportError(
  title: string,
  error: unknown,
  trans: TranslationBundle,
  actions: readonly Notification.IAction[] = []
): void {
  const { short, more } = shortened(`${title}\n${explained(error, trans)}`, trans);
  if (error instanceof ArgumentError) {
    // whoever calls with anything a thousand times gets one message
    if (lastWarning !== '') {
      Notification.dismiss(lastWarning);
    }
    lastWarning = Notification.warning(short, { autoClose: LONG, actions: more });
    return;
  }
  const all = [...actions, ...more];
  Notification.error(short, { autoClose: all.length > 0 ? false : LONG, actions: all });
}

/** An error in plain words: what and why, then the way out. */
export function explained(error: unknown, trans: TranslationBundle): string {
  if (error instanceof ApiError) {
    return error.hint === '' ? error.message : `${error.message}\n${error.hint}`;
  }
  if (error instanceof ServerMissingError) {
    switch (error.reason) {
      case 'unreachable':
        return trans.__('The Jupyter server does not answer. Try again when it is back.');
      case 'extension':
        return trans.__(
          'The Jupyter server has no cellburst. Install cellburst where JupyterLab is, and restart the server.'
        );
      default:
        return assertNever(error.reason);
    }
  }
  if (error instanceof ShapeError) {
    return trans.__(
      'The Jupyter server has another version of cellburst than this page. Reload the page.'
    );
  }
  return error instanceof Error ? error.message : String(error);
}

/** A message as long as JupyterLab shows it, and a button that shows the rest. */
function shortened(
  message: string,
  trans: TranslationBundle
): { short: string; more: Notification.IAction[] } {
  if (message.length <= LONGEST) {
    return { short: message, more: [] };
  }
  const start = message.slice(0, LONGEST - 1);
  const short = `${start.replace(/\s+\S{0,20}$/, '')}…`;
  const details: Notification.IAction = {
    label: trans.__('Details'),
    caption: trans.__('Show the whole message'),
    callback: event => {
      event.preventDefault(); // the notification stays
      void showDialog({
        title: trans.__('Details'),
        body: message,
        buttons: [Dialog.okButton({ label: trans.__('Close') })]
      });
    }
  };
  return { short, more: [details] };
}
