import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { StatusAnswer } from '../api/client';
import { count } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import { runsIcon } from '../icons';
import type { Connection } from '../tokens';

export interface LiveCountsProps {
  /** What goes on, null if it is not known. */
  readonly counts: StatusAnswer['counts'] | null;
  readonly connection: Connection;
  readonly onClick: () => void;
}

/** The tasks that run and wait now, in few words. */
export function LiveCounts({ counts, connection, onClick }: LiveCountsProps): React.JSX.Element {
  const trans = useTranslator();
  const isKnown = counts !== null && connection === 'live';
  const text = isKnown ? countsText(counts, trans) : trans.__('runs: ?');
  const title = isKnown
    ? trans._n('%1 run goes on. Show the runs', '%1 runs go on. Show the runs', counts.runs)
    : trans.__('It is not known what goes on. Show the runs');
  return (
    <button
      type="button"
      className={`cb-LiveCounts${isKnown && counts.runs > 0 ? ' cb-mod-live' : ''}`}
      title={title}
      onClick={onClick}
    >
      <runsIcon.react tag="span" className="cb-LiveCounts-icon" elementSize="small" aria-hidden />
      <span className="jp-StatusBar-TextItem">{text}</span>
    </button>
  );
}

function countsText(counts: StatusAnswer['counts'], trans: TranslationBundle): string {
  const { runs, running, queued } = counts;
  if (runs === 0) {
    return trans.__('No live runs');
  }
  const parts = [trans.__('%1 running', count(running))];
  if (queued > 0) {
    parts.push(trans.__('%1 queued', count(queued)));
  }
  return parts.join(' · ');
}
