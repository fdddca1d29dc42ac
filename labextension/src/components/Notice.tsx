import { closeIcon, errorIcon, infoIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { useTranslator } from '../hooks/useTranslator';
import type { INotice } from '../model/notices';

export interface NoticeProps {
  readonly notice: INotice;
  readonly onRetry: () => void;
  readonly onDismiss: (key: string) => void;
}

/** Something that is not as it should be: what, why, and the way out. */
export function Notice({ notice, onRetry, onDismiss }: NoticeProps): React.JSX.Element {
  const trans = useTranslator();
  const Icon = notice.tone === 'info' ? infoIcon : errorIcon;
  return (
    <div
      className={`cb-Notice cb-mod-${notice.tone}`}
      role={notice.tone === 'error' ? 'alert' : 'status'}
    >
      <Icon.react tag="span" className="cb-Notice-icon" elementSize="normal" aria-hidden />
      <div className="cb-Notice-text">
        <p className="cb-Notice-message">
          <Prose text={notice.message} />
        </p>
        {notice.hint !== '' && (
          <p className="cb-Notice-hint">
            <Prose text={notice.hint} />
          </p>
        )}
        {notice.action === 'retry' && (
          <button type="button" className="cb-Notice-button" onClick={onRetry}>
            {trans.__('Try again')}
          </button>
        )}
      </div>
      {notice.action === 'dismiss' && (
        <button
          type="button"
          className="cb-Notice-close"
          title={trans.__('Dismiss')}
          aria-label={trans.__('Dismiss')}
          onClick={() => onDismiss(notice.key)}
        >
          <closeIcon.react tag={null} elementSize="small" />
        </button>
      )}
    </div>
  );
}

/** A sentence of the server: what stands between backticks is code. */
function Prose({ text }: { readonly text: string }): React.JSX.Element {
  return (
    <>
      {text
        .split('`')
        .map((part, place) => (place % 2 === 0 ? part : <code key={place}>{part}</code>))}
    </>
  );
}
