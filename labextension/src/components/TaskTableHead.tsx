import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { useTranslator } from '../hooks/useTranslator';
import type { IColumn } from '../model/columns';
import { columnCaption, columnKey, columnTitle } from './columnTitle';

export interface TaskTableHeadProps {
  readonly columns: readonly IColumn[];
  readonly template: string;
  /** Keys of columns that have had numbers: their titles stand at the right, as the numbers do. */
  readonly numeric: ReadonlySet<string>;
  readonly sort: string;
  readonly order: 'asc' | 'desc';
  readonly onSort: (sort: string, order: 'asc' | 'desc') => void;
}

/** The names of the columns; pressing one sorts by it, and pressing it again turns the order round. */
export function TaskTableHead(props: TaskTableHeadProps): React.JSX.Element {
  const { columns, template, numeric, sort, order, onSort } = props;
  const trans = useTranslator();
  return (
    <div
      className="cb-TaskTable-row cb-TaskTable-head"
      role="row"
      aria-rowindex={1}
      style={{ gridTemplateColumns: template }}
    >
      <span role="columnheader">
        <span className="cb-TaskTable-unseen">{trans.__('Chosen')}</span>
      </span>
      {columns.map(column => {
        const sorted = column.sort !== '' && column.sort === sort;
        const Caret = order === 'asc' ? caretUpIcon : caretDownIcon;
        return (
          <span
            key={columnKey(column)}
            role="columnheader"
            className={`cb-TaskTable-title cb-mod-${column.kind}${numeric.has(columnKey(column)) ? ' cb-mod-number' : ''}`}
            title={columnCaption(column, trans)}
            aria-sort={sorted ? (order === 'asc' ? 'ascending' : 'descending') : 'none'}
          >
            {column.sort === '' ? (
              columnTitle(column, trans)
            ) : (
              <button
                type="button"
                className="cb-TaskTable-sort"
                onClick={() => onSort(column.sort, sorted && order === 'asc' ? 'desc' : 'asc')}
              >
                <span className="cb-TaskTable-name">{columnTitle(column, trans)}</span>
                {sorted && <Caret.react tag="span" className="cb-TaskTable-caret" />}
              </button>
            )}
          </span>
        );
      })}
    </div>
  );
}
