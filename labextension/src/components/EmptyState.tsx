import * as React from 'react';

import { useTranslator } from '../hooks/useTranslator';
import { Snippet } from './Snippet';

export interface EmptyStateProps {
  /** Whether a filter hides all runs. */
  readonly isFiltered: boolean;
  readonly onShowAll: () => void;
  /** Put a text on the clipboard. */
  readonly onCopy: (text: string) => void;
}

const LOAD = '%load_ext cellburst';
const CELL = '%%remote local -p n=range(8) --into squares\nn ** 2';
const RESULTS = 'squares.frame()';

/** A list without runs: how to make the first, or how to see those that are hidden. */
export function EmptyState({ isFiltered, onShowAll, onCopy }: EmptyStateProps): React.JSX.Element {
  const trans = useTranslator();
  if (isFiltered) {
    return (
      <div className="cb-EmptyState" role="status">
        <p className="cb-EmptyState-title">{trans.__('No run matches the filter.')}</p>
        <button type="button" className="cb-EmptyState-button" onClick={onShowAll}>
          {trans.__('Show all runs')}
        </button>
      </div>
    );
  }
  return (
    <div className="cb-EmptyState">
      <p className="cb-EmptyState-title">{trans.__('No runs yet')}</p>
      <p>{trans.__('Runs appear here while they go on, and stay with their results.')}</p>
      <ol className="cb-EmptyState-steps">
        <li>
          {trans.__('Load cellburst, once in each notebook:')}
          <Snippet text={LOAD} onCopy={onCopy} />
        </li>
        <li>
          {trans.__('Put one line on top of a cell. This one runs eight times, in parallel:')}
          <Snippet text={CELL} onCopy={onCopy} />
        </li>
      </ol>
      <p>
        {trans.__('The next cell has the results:')} <code>{RESULTS}</code>
      </p>
    </div>
  );
}
