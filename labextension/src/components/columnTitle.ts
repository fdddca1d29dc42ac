import type { TranslationBundle } from '@jupyterlab/translation';

import { assertNever } from '../assert';
import type { ColumnKind } from '../model/columns';

interface ITitled {
  readonly kind: ColumnKind | 'time';
  readonly name: string;
}

/** What stands above a column, or along an axis. */
export function columnTitle({ kind, name }: ITitled, trans: TranslationBundle): string {
  switch (kind) {
    case 'index':
      return trans.__('Task');
    case 'state':
      return trans.__('State');
    case 'param':
    case 'metric':
      return name;
    case 'value':
      return name === '' ? trans.__('Value') : name;
    case 'seconds':
      return trans.__('Time');
    case 'memory':
      return trans.__('Memory');
    case 'attempt':
      return trans.__('Attempt');
    case 'worker':
      return trans.__('Worker');
    case 'files':
      return trans.__('Files');
    case 'time':
      return trans.__('Started');
    default:
      return assertNever(kind);
  }
}

/** A column's own name among those of a table. */
export function columnKey({ kind, name }: ITitled): string {
  return `${kind}:${name}`;
}

/** What a column is, for a tooltip: names of parameters, values and metrics look alike. */
export function columnCaption({ kind, name }: ITitled, trans: TranslationBundle): string {
  switch (kind) {
    case 'param':
      return trans.__('Parameter %1', name);
    case 'metric':
      return trans.__('Metric %1', name);
    case 'value':
      return name === '' ? trans.__('Value that the task gave') : trans.__('%1 of the value', name);
    case 'seconds':
      return trans.__('How long the task took');
    case 'memory':
      return trans.__('The most memory that its worker took');
    case 'files':
      return trans.__('How many files the task left');
    case 'index':
    case 'state':
    case 'attempt':
    case 'worker':
    case 'time':
      return columnTitle({ kind, name }, trans);
    default:
      return assertNever(kind);
  }
}

const WIDTHS: Readonly<Record<ColumnKind, number>> = {
  index: 68,
  state: 130,
  param: 106,
  value: 110,
  metric: 106,
  seconds: 76,
  memory: 80,
  attempt: 88,
  worker: 110,
  files: 60
};
const BOX = 30;

/** The columns of the grid in CSS, and how wide they are at least. */
export function columnsTemplate(columns: readonly { readonly kind: ColumnKind }[]): {
  readonly columns: string;
  readonly width: number;
} {
  const widths = columns.map(column => WIDTHS[column.kind]);
  return {
    columns: `${BOX}px ${widths.map(width => `minmax(${width}px, ${width}fr)`).join(' ')}`,
    width: widths.reduce((sum, width) => sum + width, BOX)
  };
}
