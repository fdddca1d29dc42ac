import * as React from 'react';

import type { TimelineRow } from '../api/client';
import { duration } from '../format';

const SHOWN = 3;

export interface RunEventsProps {
  readonly events: readonly TimelineRow[];
  /** When the run was submitted: times are told from there. */
  readonly since: number;
}

/** The last of what happened, the newest first. */
export function RunEvents({ events, since }: RunEventsProps): React.JSX.Element {
  return (
    <ul className="cb-RunEvents">
      {events
        .slice(-SHOWN)
        .reverse()
        .map(event => (
          <li key={event.id} title={event.text}>
            <span className="cb-RunEvents-at">{`+${duration(event.at - since)}`}</span> {event.text}
          </li>
        ))}
    </ul>
  );
}
