import * as React from 'react';

import { count } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import { Key } from './Key';

export interface LogBarProps {
  readonly query: string;
  /** How many places were found, and which of them is current (from 0, -1 if none). */
  readonly found: number;
  readonly current: number;
  /** More than are counted. */
  readonly tooMany: boolean;
  readonly follow: boolean;
  readonly wrap: boolean;
  readonly logUrl: string;
  readonly fileName: string;
  readonly onQuery: (query: string) => void;
  /** To the next place (1) or the one before (-1). */
  readonly onStep: (by: 1 | -1) => void;
  readonly onFollow: (follow: boolean) => void;
  readonly onWrap: (wrap: boolean) => void;
  readonly onCopy: () => void;
}

/** What can be done with a log: search, follow, wrap, copy, download. */
export function LogBar(props: LogBarProps): React.JSX.Element {
  const { query, found, follow, wrap } = props;
  const trans = useTranslator();
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Enter') {
      event.preventDefault();
      props.onStep(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape') {
      props.onQuery('');
    }
  };
  return (
    <div className="cb-LogBar" role="toolbar" aria-label={trans.__('Log actions')}>
      <span className="cb-LogBar-search" role="search">
        <input
          className="jp-mod-styled"
          type="search"
          value={query}
          placeholder={trans.__('Find in log')}
          aria-label={trans.__('Find in log')}
          onChange={event => props.onQuery(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <span className="cb-LogBar-count" role="status">
          {query === '' ? '' : foundText(props, trans.__('none'))}
        </span>
        {query !== '' && (
          <>
            <Key
              label={trans.__('Previous match')}
              off={found === 0}
              onClick={() => props.onStep(-1)}
            >
              ↑
            </Key>
            <Key label={trans.__('Next match')} off={found === 0} onClick={() => props.onStep(1)}>
              ↓
            </Key>
          </>
        )}
      </span>
      <span className="cb-LogBar-actions">
        <Key pressed={follow} onClick={() => props.onFollow(!follow)}>
          {trans.__('Follow')}
        </Key>
        <Key pressed={wrap} onClick={() => props.onWrap(!wrap)}>
          {trans.__('Wrap')}
        </Key>
        <Key onClick={props.onCopy}>{trans.__('Copy')}</Key>
        <a className="cb-Key" href={props.logUrl} download={props.fileName}>
          {trans.__('Download')}
        </a>
      </span>
    </div>
  );
}

function foundText({ found, current, tooMany }: LogBarProps, none: string): string {
  if (found === 0) {
    return none;
  }
  return `${count(current + 1)}/${count(found)}${tooMany ? '+' : ''}`;
}
