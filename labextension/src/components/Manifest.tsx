import { infoIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { RunDetail } from '../api/client';
import { assertNever } from '../assert';
import { bytes } from '../format';
import { useTranslator } from '../hooks/useTranslator';

type Input = RunDetail['manifest'][number];

export interface ManifestProps {
  readonly inputs: readonly Input[];
  /** Bytes that were sent by value. */
  readonly sent: number;
}

/** The names that the code read, and how each of them travelled. */
export function Manifest({ inputs, sent }: ManifestProps): React.JSX.Element {
  const trans = useTranslator();
  if (inputs.length === 0) {
    return (
      <p className="cb-Note">
        {trans.__('The code read nothing of the notebook: nothing was sent along.')}
      </p>
    );
  }
  return (
    <div className="cb-Manifest">
      <p className="cb-Note">
        {trans._n('%1 name, %2 sent', '%1 names, %2 sent', inputs.length, bytes(sent))}
      </p>
      <table className="cb-Table">
        <thead>
          <tr>
            <th scope="col">{trans.__('Name')}</th>
            <th scope="col">{trans.__('Type')}</th>
            <th scope="col" className="cb-mod-number">
              {trans.__('Size')}
            </th>
            <th scope="col">{trans.__('How')}</th>
            <th scope="col">{trans.__('Why')}</th>
          </tr>
        </thead>
        <tbody>
          {inputs.map(input => (
            <tr key={input.name}>
              <th scope="row" className="cb-mod-code">
                {input.name}
              </th>
              <td className="cb-mod-code">{input.type}</td>
              <td className="cb-mod-number">{input.size === null ? '' : bytes(input.size)}</td>
              <td>{howText(input.how, trans)}</td>
              <td>
                {input.why}
                {input.warning !== '' && (
                  <div className="cb-Manifest-warning">
                    <infoIcon.react tag="span" /> {input.warning}
                  </div>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function howText(how: Input['how'], trans: TranslationBundle): string {
  switch (how) {
    case 'value':
      return trans.__('As a copy');
    case 'import':
      return trans.__('Imported there');
    case 'skipped':
      return trans.__('Left out');
    case 'refused':
      return trans.__('Refused');
    default:
      return assertNever(how);
  }
}
