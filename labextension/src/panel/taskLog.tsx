import { Clipboard } from '@jupyterlab/apputils';
import * as React from 'react';

import { LogView } from '../components/LogView';
import { useSignal } from '../hooks/useSignal';
import { findMatches, MOST_MATCHES, plainLines } from '../model/logSearch';
import type { LogModel } from '../model/log';

export interface TaskLogProps {
  readonly model: LogModel;
  readonly live: boolean;
  readonly logUrl: string;
  readonly fileName: string;
}

/** A task's log, with what is looked for in it. */
export function TaskLog({ model, live, logUrl, fileName }: TaskLogProps): React.JSX.Element {
  const lines = useSignal(model.changed, () => model.lines);
  const first = useSignal(model.changed, () => model.first);
  const follow = useSignal(model.changed, () => model.follow);
  const earlier = useSignal(model.changed, () => model.earlier);
  const later = useSignal(model.changed, () => model.later);
  const ready = useSignal(model.changed, () => model.ready);
  const error = useSignal(model.changed, () => model.error);
  const [query, setQuery] = React.useState('');
  const [place, setPlace] = React.useState(0);
  const [wrap, setWrap] = React.useState(true);
  const wanted = React.useDeferredValue(query);
  const matches = React.useMemo(() => findMatches(lines, first, wanted), [lines, first, wanted]);
  const at = Math.min(place, matches.length - 1);
  const found = matches[at];
  // the same object as long as it is the same place, or the view would jump to it with every new line
  const current = React.useMemo(
    () => found ?? null,
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [found?.line, found?.start, found?.end]
  );
  return (
    <LogView
      lines={lines}
      first={first}
      follow={follow}
      earlier={earlier}
      later={later}
      ready={ready}
      live={live}
      error={error}
      wrap={wrap}
      query={query}
      matches={matches}
      tooMany={matches.length === MOST_MATCHES}
      current={current}
      logUrl={logUrl}
      fileName={fileName}
      onRetry={() => model.poke()}
      onWrap={setWrap}
      onFollow={on => {
        model.follow = on;
      }}
      onEarlier={() => model.loadEarlier()}
      onLater={() => model.loadLater()}
      onCopy={() => Clipboard.copyToSystem(plainLines(lines))}
      onQuery={text => {
        setQuery(text);
        setPlace(0);
        if (text !== '') {
          model.follow = false;
          model.loadEarlier(true);
        }
      }}
      onStep={by => {
        model.follow = false;
        setPlace(matches.length === 0 ? 0 : (at + by + matches.length) % matches.length);
      }}
    />
  );
}
