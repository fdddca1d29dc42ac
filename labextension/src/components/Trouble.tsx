import * as React from 'react';

import { useTranslator } from '../hooks/useTranslator';
import { Key } from './Key';

export interface TroubleProps {
  readonly error: Error;
  readonly onRetry?: () => void;
}

/** Why something is not shown, and the way out. */
export function Trouble({ error, onRetry }: TroubleProps): React.JSX.Element {
  const trans = useTranslator();
  const hint = 'hint' in error && typeof error.hint === 'string' ? error.hint : '';
  return (
    <div className="cb-Trouble" role="alert">
      <span className="cb-Trouble-text">
        {error.message} {hint}
      </span>
      {onRetry !== undefined && <Key onClick={onRetry}>{trans.__('Try again')}</Key>}
    </div>
  );
}
