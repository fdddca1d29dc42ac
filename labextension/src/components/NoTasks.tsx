import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RunDetail } from '../api/client';
import { useTranslator } from '../hooks/useTranslator';
import { isGrowing } from './growing';

export interface NoTasksProps {
  readonly detail: RunDetail;
}

/** A run that has no tasks (yet): who will add the first. */
export function NoTasks({ detail }: NoTasksProps): React.JSX.Element {
  const trans = useTranslator();
  const growing = isGrowing(detail);
  return (
    <div className="cb-NoTasks" role="status">
      <p className="cb-NoTasks-title">
        {growing ? trans.__('No tasks yet') : trans.__('This run has no tasks')}
      </p>
      {growing && <p>{firstFrom(detail, trans)}</p>}
    </div>
  );
}

function firstFrom({ search, sweep }: RunDetail, trans: TranslationBundle): string {
  if (search?.kind === 'search') {
    return trans.__('They appear here as soon as the search suggests its first trials.');
  }
  if (search?.kind === 'until') {
    return trans.__('They appear here as soon as the first copies are made.');
  }
  return sweep.kind === 'calls'
    ? trans.__('They appear here with the first call of the executor.')
    : trans.__('They appear here as soon as whoever opened the run adds some.');
}
