import * as React from 'react';

import type { EstimateRow } from '../api/client';
import { count } from '../format';
import { useTranslator } from '../hooks/useTranslator';

const DIGITS = 6;
const ERROR_DIGITS = 2;
/** What a cell's last line gives has no name of its own. */
const UNNAMED = 'value';

/** Mean and standard error of what copies gave; nothing while there are less than two. */
export function Estimate({ row }: { readonly row: EstimateRow }): React.JSX.Element | null {
  const trans = useTranslator();
  const { metric, n, mean, stderr, ci95 } = row;
  if (mean === null || stderr === null || ci95 === null) {
    return null;
  }
  const told = trans.__(
    'Mean and standard error of %1 over %2 copies. 95 % interval: %3 to %4',
    metric,
    count(n),
    digits(mean - ci95, DIGITS),
    digits(mean + ci95, DIGITS)
  );
  return (
    <span className="cb-SearchLine-estimate" title={told}>
      {metric === UNNAMED ? trans.__('mean') : trans.__('mean %1', metric)}{' '}
      <strong>
        {digits(mean, DIGITS)} ± {digits(stderr, ERROR_DIGITS)}
      </strong>
    </span>
  );
}

function digits(value: number, most: number): string {
  return String(Number(value.toPrecision(most)));
}
