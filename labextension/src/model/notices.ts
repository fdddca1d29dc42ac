import type { TranslationBundle } from '@jupyterlab/translation';

import type { RunsAnswer, StatusAnswer, StoreRow } from '../api/client';
import { ApiError } from '../api/errors';
import { assertNever } from '../assert';
import type { Connection } from '../tokens';

/** Something that is not as it should be, with the way out. */
export interface INotice {
  readonly key: string;
  readonly tone: 'error' | 'warning' | 'info';
  readonly message: string;
  /** What to do, "" for nothing. */
  readonly hint: string;
  readonly action: 'retry' | 'dismiss' | 'none';
}

/** What is known of the server and its stores. */
export interface ICircumstances {
  readonly connection: Connection;
  /** Why the server does not answer. */
  readonly connectionError: Error | null;
  readonly status: StatusAnswer | null;
  /** Stores that a list could not be read from. */
  readonly troubles: RunsAnswer['troubles'];
  /** Why a list could not be read. */
  readonly listError: Error | null;
  /** Environments whose controller was restarted while runs went on. */
  readonly restarted: ReadonlySet<string>;
}

/** What a person should know, the worst first. */
export function noticesOf(now: ICircumstances, trans: TranslationBundle): readonly INotice[] {
  const connection = connectionNotice(now, trans);
  if (connection !== null) {
    return [connection];
  }
  const stores = now.status?.stores ?? [];
  const names = (env: string): string => nameOf(env, stores, trans);
  return [
    ...(now.listError === null ? [] : [listNotice(now.listError, trans)]),
    ...storeNotices(now, names),
    ...stores.flatMap(store => controllerNotices(store, names(store.env), trans)),
    ...[...now.restarted].map(env => restartNotice(env, names(env), trans))
  ];
}

function connectionNotice(now: ICircumstances, trans: TranslationBundle): INotice | null {
  const { connection, connectionError: error } = now;
  switch (connection) {
    case 'connecting':
    case 'live':
      return null;
    case 'missing':
      return {
        key: 'connection',
        tone: 'error',
        message: trans.__(
          'The Jupyter server has no cellburst, or another version than this page.'
        ),
        hint: trans.__(
          'Run “pip install --upgrade cellburst” in the environment of the server, restart the server, and reload this page.'
        ),
        action: 'retry'
      };
    case 'unreachable':
      return {
        key: 'connection',
        tone: 'error',
        message:
          error instanceof ApiError
            ? sentence(error.message)
            : trans.__('The Jupyter server does not answer. What is shown is what was known last.'),
        hint:
          error instanceof ApiError ? sentence(error.hint) : trans.__('This page keeps trying.'),
        action: 'retry'
      };
    default:
      return assertNever(connection);
  }
}

function listNotice(error: Error, trans: TranslationBundle): INotice {
  return {
    key: 'list',
    tone: 'error',
    message: trans.__('The list of runs cannot be read: %1', error.message),
    hint: error instanceof ApiError ? sentence(error.hint) : '',
    action: 'retry'
  };
}

function storeNotices(now: ICircumstances, nameOfEnv: (env: string) => string): INotice[] {
  const errors = new Map(now.troubles.map(({ env, error }) => [env, error]));
  for (const { env, error } of now.status?.stores ?? []) {
    if (error !== null) {
      errors.set(env, error);
    }
  }
  return [...errors].map(([env, { message, hint }]) => ({
    key: `store ${env}`,
    tone: 'error',
    message: sentence(message) + nameOfEnv(env),
    hint: sentence(hint),
    action: 'retry'
  }));
}

function controllerNotices(store: StoreRow, name: string, trans: TranslationBundle): INotice[] {
  const { state, message, hint } = store.controller;
  const notice = {
    key: `controller ${store.env}`,
    message: sentence(message) + name,
    hint: sentence(hint),
    action: 'none' as const
  };
  switch (state) {
    case 'running':
      return [];
    case 'stopped':
      // without a hint nothing is left to do, and no controller is needed
      return hint === '' ? [] : [{ ...notice, tone: 'warning' }];
    case 'newer':
      return [{ ...notice, tone: 'warning' }];
    case 'stuck':
      return [
        {
          ...notice,
          tone: 'error',
          message: notice.message || trans.__('The controller is stuck.')
        }
      ];
    default:
      return assertNever(state);
  }
}

function restartNotice(env: string, name: string, trans: TranslationBundle): INotice {
  return {
    key: env,
    tone: 'info',
    message: trans.__('The controller was restarted while runs went on.') + name,
    hint: trans.__('What had ended is kept. Tasks that were lost run again.'),
    action: 'dismiss'
  };
}

/** Which environment is meant, where there are several. */
function nameOf(env: string, stores: readonly StoreRow[], trans: TranslationBundle): string {
  if (stores.length < 2) {
    return '';
  }
  const python = stores.find(store => store.env === env)?.python ?? '';
  return python === ''
    ? trans.__(' (environment %1)', env)
    : trans.__(' (environment %1, Python %2)', env, python);
}

/** The server's messages begin as parts of sentences do. */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
