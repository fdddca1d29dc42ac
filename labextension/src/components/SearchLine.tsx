import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RunDetail } from '../api/client';
import { count } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import type { IFound } from '../model/standing';
import { paramsText, shortNumber } from './cellText';
import { Estimate } from './Estimate';
import { isGrowing } from './growing';

export interface SearchLineProps {
  readonly detail: RunDetail;
  readonly found: IFound;
  readonly onOpenTask: (task: number) => void;
}

/** Who decides which tasks there are: how far a search is and what it has found, until when copies are made. */
export function SearchLine(props: SearchLineProps): React.JSX.Element | null {
  const { detail, found, onOpenTask } = props;
  const trans = useTranslator();
  const { search } = detail;
  const { best, estimates } = found;
  const params = best === null ? '' : paramsText(best.params);
  const given = params === '' ? '' : ` (${params})`;
  if (search === null) {
    return isGrowing(detail) ? (
      <p className="cb-SearchLine">
        <span className="cb-SearchLine-way">{trans.__('Open')}</span>
        <span>{openText(detail, trans)}</span>
      </p>
    ) : null;
  }
  return (
    <p className="cb-SearchLine">
      <span className="cb-SearchLine-way">{wayText(detail, search, trans)}</span>
      {best !== null && (
        <button
          type="button"
          className="cb-Link cb-SearchLine-best"
          title={trans.__('Open task %1', best.task)}
          onClick={() => onOpenTask(best.task)}
        >
          {trans.__('best %1 %2', search.metric, shortNumber(best.value))}
          <span className="cb-SearchLine-params">{given}</span>
        </button>
      )}
      {estimates.map(row => (
        <Estimate key={row.metric} row={row} />
      ))}
      {search.kind === 'until' ? (
        <span>
          {trans.__('until')} <code>{search.condition}</code>
        </span>
      ) : (
        <span>{plan(search, trans)}</span>
      )}
    </p>
  );
}

type Search = NonNullable<RunDetail['search']>;

function wayText(detail: RunDetail, search: Search, trans: TranslationBundle): string {
  const { counts, sweep } = detail;
  const going = isGrowing(detail) || detail.ended === null;
  if (search.kind === 'until') {
    const done = counts.succeeded; // what failed, and what was taken back in the end, says nothing
    return going
      ? trans._n(
          '%2 copy of at most %3',
          '%2 copies of at most %3',
          done,
          count(done),
          count(search.most)
        )
      : trans._n('%2 copy', '%2 copies', done, count(done));
  }
  const done = sweep.count - counts.queued - counts.running;
  return going
    ? trans.__('trial %1 of %2', count(done), count(search.most))
    : trans._n('%2 trial', '%2 trials', done, count(done));
}

/** By whom, and towards what. */
function plan({ direction, metric, sampler, pruner }: Search, trans: TranslationBundle): string {
  const towards =
    direction === 'maximize' ? trans.__('maximizes %1', metric) : trans.__('minimizes %1', metric);
  const ends = pruner === '' || pruner === 'none' ? [] : [trans.__('%1 ends weak trials', pruner)];
  return [sampler, towards, ...ends].filter(part => part !== '').join(' · ');
}

function openText({ counts, sweep }: RunDetail, trans: TranslationBundle): string {
  const idle = counts.queued + counts.running === 0;
  if (sweep.kind === 'calls') {
    return idle
      ? trans.__('waits for more calls, until the executor is shut down')
      : trans.__('more calls may come, until the executor is shut down');
  }
  return idle ? trans.__('waits for more tasks') : trans.__('more tasks may come');
}
