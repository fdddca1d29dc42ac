import * as React from 'react';

import { useTranslator } from '../hooks/useTranslator';
import { Key } from './Key';
import { LogBar, type LogBarProps } from './LogBar';
import { LogLines, type LogLinesProps } from './LogLines';
import { Trouble } from './Trouble';

export interface LogViewProps
  extends LogLinesProps, Omit<LogBarProps, 'current' | 'found' | 'tooMany'> {
  readonly ready: boolean;
  /** Whether the task may still print. */
  readonly live: boolean;
  readonly error: Error | null;
  readonly tooMany: boolean;
  readonly onRetry: () => void;
}

/** A task's log with what can be done with it. */
export function LogView(props: LogViewProps): React.JSX.Element {
  const { lines, matches, current, ready, live, error } = props;
  const trans = useTranslator();
  const empty = ready && lines.every(line => line.text === '') && !props.earlier;
  return (
    <div className="cb-Log">
      <LogBar
        {...props}
        found={matches.length}
        current={current === null ? -1 : matches.indexOf(current)}
      />
      {error !== null && <Trouble error={error} onRetry={props.onRetry} />}
      {props.earlier && (
        <div className="cb-Log-edge">
          <Key onClick={props.onEarlier}>{trans.__('Show earlier output')}</Key>
        </div>
      )}
      {empty && (
        <p className="cb-Log-empty">
          {live ? trans.__('Nothing has been printed yet.') : trans.__('Nothing was printed.')}
        </p>
      )}
      {!empty && <LogLines {...props} />}
      {props.later && (
        <div className="cb-Log-edge">
          <Key onClick={() => props.onFollow(true)}>{trans.__('To the newest output')}</Key>
        </div>
      )}
    </div>
  );
}
