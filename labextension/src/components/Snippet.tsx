import { checkIcon, copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { useTranslator } from '../hooks/useTranslator';

export interface SnippetProps {
  readonly text: string;
  readonly onCopy: (text: string) => void;
}

/** Code to take along. */
export function Snippet({ text, onCopy }: SnippetProps): React.JSX.Element {
  const trans = useTranslator();
  const [isCopied, setCopied] = React.useState(false);
  const label = isCopied ? trans.__('Copied') : trans.__('Copy');
  const Icon = isCopied ? checkIcon : copyIcon;
  return (
    <div className="cb-Snippet">
      <pre className="cb-Snippet-code" tabIndex={0} aria-label={trans.__('Code to copy')}>
        {text}
      </pre>
      <button
        type="button"
        className="cb-Snippet-copy"
        title={label}
        aria-label={label}
        onClick={() => {
          onCopy(text);
          setCopied(true);
        }}
        onBlur={() => setCopied(false)}
      >
        <Icon.react tag={null} elementSize="normal" />
      </button>
    </div>
  );
}
