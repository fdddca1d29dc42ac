import * as React from 'react';

import { count } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import { Key } from './Key';

export interface OutputsBarProps {
  /** Where outputs wanted to load something from. */
  readonly blocked: readonly string[];
  readonly onLoad: () => void;
}

const PLACES = 5;

/** Says that outputs wanted to load something from elsewhere, and offers it. */
export function OutputsBar({ blocked, onLoad }: OutputsBarProps): React.JSX.Element | null {
  const trans = useTranslator();
  if (blocked.length === 0) {
    return null;
  }
  const named = blocked.slice(0, PLACES).join(', ');
  const more = blocked.length - PLACES;
  const places = more > 0 ? trans.__('%1 and %2 more', named, count(more)) : named;
  return (
    <div className="cb-OutputsBar" role="status">
      <span>
        {trans.__('Not loaded, for whoever is there would learn that you look at this:')}{' '}
        <bdi className="cb-OutputsBar-places">{places}</bdi>
      </span>
      <Key onClick={onLoad}>{trans.__('Load')}</Key>
    </div>
  );
}
