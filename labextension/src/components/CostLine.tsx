import * as React from 'react';

import { dollars } from '../format';
import { useTranslator } from '../hooks/useTranslator';

export interface CostLineProps {
  /** Dollars until now. */
  readonly cost: number;
  /** Dollars an hour. */
  readonly rate: number;
  /** Dollars at most, null if there is no limit. */
  readonly limit: number | null;
  /** What it was expected to come to, null if nobody could tell. */
  readonly expected: number | null;
  /** Nothing of it is real money. */
  readonly isPlay: boolean;
}

/** What a run has cost against what it may cost. */
export function CostLine(props: CostLineProps): React.JSX.Element {
  const { cost, rate, limit, expected, isPlay } = props;
  const trans = useTranslator();
  const most = limit === null ? '' : trans.__('of at most %1', dollars(limit));
  const facts = [
    rate > 0 ? trans.__('%1 an hour now', dollars(rate)) : '',
    expected === null ? '' : trans.__('about %1 expected', dollars(expected)),
    isPlay ? trans.__('not real money') : ''
  ].filter(fact => fact !== '');
  return (
    <div className="cb-CostLine">
      <p className="cb-CostLine-text">
        <span>
          <strong className="cb-CostLine-cost">{dollars(cost)}</strong> {most}
        </span>
        {facts.map(fact => (
          <span key={fact} className="cb-CostLine-fact">
            {fact}
          </span>
        ))}
      </p>
      {limit !== null && limit > 0 && (
        <div
          className="cb-CostLine-bar"
          role="meter"
          aria-label={trans.__('Cost')}
          aria-valuemin={0}
          aria-valuemax={limit}
          aria-valuenow={Math.min(cost, limit)}
          aria-valuetext={`${dollars(cost)} ${most}`}
        >
          <div
            className="cb-CostLine-spent"
            style={{ width: `${Math.min(100, (100 * cost) / limit)}%` }}
          />
        </div>
      )}
    </div>
  );
}
