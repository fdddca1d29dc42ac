import * as React from 'react';

import type { Counts, TaskState } from '../api/client';
import { summary, total } from '../format';
import { useTranslator } from '../hooks/useTranslator';

export interface StateBarProps {
  readonly counts: Counts;
}

/** What has ended first, what waits last. */
const ORDER: readonly TaskState[] = [
  'succeeded',
  'failed',
  'unknown',
  'cancelled',
  'pruned',
  'running',
  'queued'
];

/** The tasks of a run as one bar: each state's share has its colour and its pattern. */
export function StateBar({ counts }: StateBarProps): React.JSX.Element {
  const trans = useTranslator();
  const all = total(counts);
  const done = all - counts.queued - counts.running;
  return (
    <span
      className="cb-StateBar"
      role="progressbar"
      aria-label={trans.__('Progress')}
      aria-valuemin={0}
      aria-valuemax={all}
      aria-valuenow={done}
      aria-valuetext={summary(counts, trans)}
    >
      {ORDER.filter(state => counts[state] > 0).map(state => (
        <span
          key={state}
          className={`cb-StateBar-part cb-mod-${state}`}
          style={{ flexGrow: counts[state] }}
        />
      ))}
    </span>
  );
}
