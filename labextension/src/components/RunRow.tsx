import * as React from 'react';

import type { RunRow as Row } from '../api/client';
import { when } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import { Caret } from './Caret';
import { ElsewhereMark } from './ElsewhereMark';
import { runFacts, runTitle } from './runFacts';
import { StateBar } from './StateBar';
import { StateIcon } from './StateIcon';

export interface RunRowProps {
  readonly row: Row;
  /** Seconds since 1970 by the server's clock. */
  readonly now: number;
  /** Whether the row stands below its day, so that the time is enough. */
  readonly isDayKnown: boolean;
  /** Whether its detail is shown below it; undefined if there is no such thing. */
  readonly expanded?: boolean;
  readonly onOpen: (run: string) => void;
}

/** A run in the list. */
function RunRowLines(props: RunRowProps): React.JSX.Element {
  const { row, now, isDayKnown, expanded, onOpen } = props;
  const trans = useTranslator();
  const title = runTitle(row);
  const waitsFor = row.ended === null ? row.reason : '';
  return (
    <>
      <div className="cb-RunRow-top">
        {expanded !== undefined && <Caret isOpen={expanded} />}
        <StateIcon state={row.state} />
        <span
          className={`cb-RunRow-title${row.name === '' ? ' cb-mod-code' : ''}`}
          title={`${title}\n${row.id}`}
        >
          {title}
        </span>
        {row.elsewhere && <ElsewhereMark />}
        <time className="cb-RunRow-when" dateTime={new Date(row.submitted * 1000).toISOString()}>
          {when(row.submitted, isDayKnown ? row.submitted : now)}
        </time>
        <button
          type="button"
          className="cb-RunRow-open"
          tabIndex={-1}
          title={trans.__('Open in a tab')}
          aria-label={trans.__('Open %1 in a tab', title)}
          onClick={event => {
            event.stopPropagation();
            onOpen(row.id);
          }}
        >
          <svg viewBox="0 0 16 16" aria-hidden>
            <path d="M6.5 3.5h-3v9h9v-3M9 3h4v4m0-4L7.5 8.5" />
          </svg>
        </button>
      </div>
      <div className="cb-RunRow-facts">
        {!row.single && <StateBar counts={row.counts} />}
        <span className="cb-RunRow-line">
          <span className="cb-RunRow-summary">{runFacts(row, now, trans).join(' · ')}</span>
          <span className="cb-RunRow-target" title={trans.__('Target: %1', row.target)}>
            {row.target}
          </span>
        </span>
      </div>
      {waitsFor !== '' && (
        <div className="cb-RunRow-reason" title={waitsFor}>
          {waitsFor}
        </div>
      )}
    </>
  );
}

/** Drawn again only if it is another: the list moves far more often than most of its rows. */
export const RunRow = React.memo(RunRowLines);
