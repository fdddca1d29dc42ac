import * as React from 'react';

import type { TaskDetail } from '../api/client';
import { bytes, duration, runningFor } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import { CachedIcon, cachedSource, cachedText } from './CachedMark';
import { Clipped } from './Clipped';
import { Key } from './Key';
import { StateIcon, stateLabel } from './StateIcon';

export interface TaskHeadProps {
  readonly detail: TaskDetail;
  /** Seconds since 1970 by the server's clock. */
  readonly now: number;
  /** Why neither it nor its run can be changed here; "" if they can. */
  readonly reason: string;
  readonly onCancel: () => void;
  readonly onRetryFailed: () => void;
  readonly onCopyParams: () => void;
  readonly onOpenTask: (run: string, task: number) => void;
}

/** How a task stands, in a line, and what can be done about it. */
export function TaskHead(props: TaskHeadProps): React.JSX.Element {
  const { detail, now, reason } = props;
  const { state, seconds, started, peak_rss, worker, attempt, note, params, cached } = detail;
  const trans = useTranslator();
  const source = cachedSource(cached);
  const going = state === 'running' || state === 'queued';
  const took =
    seconds !== null
      ? duration(seconds)
      : state === 'running' && started !== null
        ? runningFor(now - started)
        : '';
  return (
    <header className="cb-TaskHead">
      <span className="cb-TaskHead-state">
        <StateIcon state={state} decorative />
        {stateLabel(state, trans)}
      </span>
      {source !== null && (
        <button
          type="button"
          className="cb-Link cb-TaskHead-source"
          onClick={() => props.onOpenTask(source.run, source.task)}
        >
          <CachedIcon />
          {cachedText(source, trans)}
        </button>
      )}
      <Fact label={trans.__('Time')} text={took} />
      <Fact label={trans.__('Peak memory')} text={peak_rss > 0 ? bytes(peak_rss) : ''} />
      <Fact label={trans.__('Worker')} text={worker} />
      <Fact label={trans.__('Attempt')} text={attempt > 1 ? String(attempt) : ''} />
      <span className="cb-TaskHead-actions">
        {going && (
          <Key reason={reason} onClick={props.onCancel}>
            {trans.__('Cancel task')}
          </Key>
        )}
        {(state === 'failed' || state === 'unknown') && (
          <Key reason={reason} onClick={props.onRetryFailed}>
            {trans.__('Retry failed tasks')}
          </Key>
        )}
        {Object.keys(params).length > 0 && (
          <Key onClick={props.onCopyParams}>{trans.__('Copy parameters')}</Key>
        )}
      </span>
      {note !== '' && (
        <p className="cb-TaskHead-note">
          <Clipped text={note} most={300} />
        </p>
      )}
    </header>
  );
}

function Fact({
  label,
  text
}: {
  readonly label: string;
  readonly text: string;
}): React.JSX.Element | null {
  return text === '' ? null : (
    <span className="cb-TaskHead-fact">
      <span className="cb-TaskHead-label">{label}</span> <bdi>{text}</bdi>
    </span>
  );
}
