import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { useTranslator } from '../hooks/useTranslator';

/** The task whose result another one has taken over. */
export interface ICachedSource {
  readonly run: string;
  readonly task: number;
}

const SOURCE = /^([0-9a-z]{7}-[0-9a-z]{4})\/(\d{1,9})$/;

/** The task that "RUN/INDEX" names; null for anything else. */
export function cachedSource(cached: string): ICachedSource | null {
  const [, run, task] = SOURCE.exec(cached) ?? [];
  return run === undefined ? null : { run, task: Number(task) };
}

/** Where a result comes from, in words. */
export function cachedText({ run, task }: ICachedSource, trans: TranslationBundle): string {
  return trans.__('taken from run %1, task %2', run, task);
}

export interface CachedMarkProps {
  /** "RUN/INDEX" of the task that was executed. */
  readonly cached: string;
}

/** Beside a state: this task was not executed, it has the result of another one. */
export function CachedMark({ cached }: CachedMarkProps): React.JSX.Element {
  const trans = useTranslator();
  const source = cachedSource(cached);
  const text = source === null ? trans.__('taken from another task') : cachedText(source, trans);
  return (
    <span className="cb-CachedMark" role="img" aria-label={text} title={text}>
      <CachedIcon />
    </span>
  );
}

/** An arrow that goes back. */
export function CachedIcon(): React.JSX.Element {
  return (
    <svg className="cb-CachedIcon" viewBox="0 0 16 16" aria-hidden>
      <path d="M3.5 8a4.5 4.5 0 1 1 1.6 3.4M3.2 4.6 3.5 8l3.2-1" />
    </svg>
  );
}
