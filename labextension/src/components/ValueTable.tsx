import * as React from 'react';

import { paramLiteral } from '../paramCode';
import { Clipped } from './Clipped';

export interface ValueTableProps {
  readonly values: Readonly<Record<string, unknown>>;
  readonly label: string;
}

const MOST = 200;

/** Names and their values, as Python writes them. */
export function ValueTable({ values, label }: ValueTableProps): React.JSX.Element {
  return (
    <table className="cb-TaskPage-table cb-ValueTable" aria-label={label}>
      <tbody>
        {Object.entries(values)
          .slice(0, MOST)
          .map(([name, value]) => (
            <tr key={name}>
              <th scope="row">
                <Clipped text={name} most={80} />
              </th>
              <td>
                <code>
                  <Clipped text={paramLiteral(value)} most={400} />
                </code>
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}
