import * as React from 'react';

import type { TimelineRow } from '../api/client';
import { duration } from '../format';
import { useTranslator } from '../hooks/useTranslator';

const SHOWN = 500;

export interface TimelineProps {
  readonly events: readonly TimelineRow[];
  /** When the run was submitted: times are told from there. */
  readonly since: number;
  readonly onOpenTask: (task: number) => void;
}

/** What happened to a run, the newest first, with the reason of each wait, loss and retry. */
export function Timeline({ events, since, onOpenTask }: TimelineProps): React.JSX.Element {
  const trans = useTranslator();
  const [most, setMost] = React.useState(SHOWN);
  const newest = events.slice(-most).reverse();
  return (
    <div className="cb-Timeline">
      <ol className="cb-Timeline-events" reversed>
        {newest.map(event => (
          <li key={event.id} className={`cb-Timeline-event cb-mod-${toneOf(event)}`}>
            <time
              className="cb-Timeline-at"
              dateTime={isoTime(event.at)}
              title={new Date(event.at * 1000).toLocaleString()}
            >
              {`+${duration(event.at - since)}`}
            </time>
            <span className="cb-Timeline-text">{event.text}</span>
            <TaskLink task={event.task} onOpenTask={onOpenTask} />
          </li>
        ))}
      </ol>
      {events.length > most && (
        <button type="button" className="cb-Link" onClick={() => setMost(most + SHOWN)}>
          {trans.__('Show older ones (%1 more)', events.length - most)}
        </button>
      )}
    </div>
  );
}

interface TaskLinkProps {
  readonly task: number | null;
  readonly onOpenTask: (task: number) => void;
}

function TaskLink({ task, onOpenTask }: TaskLinkProps): React.JSX.Element | null {
  const trans = useTranslator();
  if (task === null || task < 0) {
    return null;
  }
  return (
    <button type="button" className="cb-Link" onClick={() => onOpenTask(task)}>
      {trans.__('Open task %1', task)}
    </button>
  );
}

/** Which events stand out: what went wrong, and what was tried again. `what` is open: a newer server has more. */
function toneOf(event: TimelineRow): 'bad' | 'again' | 'plain' {
  switch (event.what) {
    case 'TasksEnded':
      return 'bad';
    case 'AttemptEnded':
    case 'TasksRetried':
      return 'again';
    default:
      return 'plain';
  }
}

function isoTime(at: number): string | undefined {
  const date = new Date(at * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
