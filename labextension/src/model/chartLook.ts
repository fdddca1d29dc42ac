import type { JSONObject } from '@lumino/coreutils';

import type { IChartField } from './chartFields';

/** Sizes and colours of the page, so that a chart looks like what is around it. Sizes are in pixels. */
export interface IChartLook {
  readonly width: number;
  readonly height: number;
  readonly text: string;
  readonly faint: string;
  readonly accent: string;
  readonly font: string;
}

/** Fields have names of ours in a specification: a parameter's name may be anything, also an expression. */
export type Title = (field: IChartField) => string;

/** The colours of a field's values, which are under the name `c`. */
export function colorOf(field: IChartField, title: Title): JSONObject {
  const scheme = field.type === 'nominal' ? 'tableau10' : 'viridis';
  return { field: 'c', type: field.type, title: title(field), scale: { scheme } };
}
