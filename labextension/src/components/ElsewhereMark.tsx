import * as React from 'react';

import { startedElsewhere } from '../elsewhere';
import { useTranslator } from '../hooks/useTranslator';

/** Beside a run's name: another computer has started it, and it is only followed here. */
export function ElsewhereMark(): React.JSX.Element {
  const trans = useTranslator();
  const text = startedElsewhere(trans);
  return (
    <span className="cb-ElsewhereMark" role="img" aria-label={text} title={text}>
      <ElsewhereIcon />
    </span>
  );
}

/** A screen with a smaller one in front of it. */
export function ElsewhereIcon(): React.JSX.Element {
  return (
    <svg className="cb-ElsewhereIcon" viewBox="0 0 16 16" aria-hidden>
      <path d="M6.5 9.5h-5v-7h11v3M1.8 12.5h4.7M9 8h5.5v4.5H9zM8.5 14.5H15" />
    </svg>
  );
}
