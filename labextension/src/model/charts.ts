import type { JSONObject } from '@lumino/coreutils';

import type { TaskRow } from '../api/client';
import type { IChartField } from './chartFields';
import { colorOf, type IChartLook, type Title } from './chartLook';
import { parallel } from './chartParallel';
import { isLogarithmic } from './chartScale';

/** What is drawn: keys of fields; `color` may be "". */
export interface IChartChoice {
  readonly kind: 'points' | 'parallel';
  readonly x: string;
  readonly y: string;
  readonly color: string;
}

const FROM_PARAMS = 3;

/** What a person most likely wants to see; null if there is nothing to draw. */
export function defaultChoice(fields: readonly IChartField[]): IChartChoice | null {
  const y = yFields(fields)[0];
  const params = fields.filter(field => field.kind === 'param');
  const x = params[0] ?? fields.find(field => field.kind === 'index');
  if (y === undefined || x === undefined) {
    return null;
  }
  const color = params.length === 2 ? (params[1]?.key ?? '') : '';
  const kind = params.length >= FROM_PARAMS ? 'parallel' : 'points';
  return { kind, x: x.key, y: y.key, color };
}

/** Fields that a chart can have upwards: values and metrics first, then what each task took. */
export function yFields(fields: readonly IChartField[]): readonly IChartField[] {
  const order = ['value', 'metric', 'seconds', 'memory'];
  return fields
    .filter(field => field.type === 'quantitative' && order.includes(field.kind))
    .sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
}

/** Whether there are parameters enough for parallel coordinates. */
export function canBeParallel(fields: readonly IChartField[]): boolean {
  return fields.filter(field => field.kind === 'param').length >= FROM_PARAMS;
}

/** The chart as Vega-Lite, null if a field of the choice is not there. */
export function chartSpec(
  tasks: readonly TaskRow[],
  fields: readonly IChartField[],
  choice: IChartChoice,
  look: IChartLook,
  title: Title
): JSONObject | null {
  const y = fields.find(field => field.key === choice.y);
  if (y === undefined) {
    return null;
  }
  if (choice.kind === 'parallel') {
    const params = fields.filter(field => field.kind === 'param');
    return { ...frame(look), ...parallel(tasks, [...params, y], look, title) };
  }
  const x = fields.find(field => field.key === choice.x);
  const color = fields.find(field => field.key === choice.color);
  return x === undefined ? null : { ...frame(look), ...points(tasks, x, y, color, look, title) };
}

function points(
  tasks: readonly TaskRow[],
  x: IChartField,
  y: IChartField,
  color: IChartField | undefined,
  look: IChartLook,
  title: Title
): JSONObject {
  const values = tasks
    .map(task => ({
      i: task.index,
      x: x.read(task),
      y: y.read(task),
      c: color?.read(task) ?? null
    }))
    .filter(row => row.x !== null && row.y !== null);
  const several = new Set(values.map(row => `${row.x} ${row.c}`)).size < values.length;
  const scaleOf = (field: IChartField, name: 'x' | 'y'): JSONObject => {
    const logarithmic =
      field.kind === 'param' &&
      field.type === 'quantitative' &&
      isLogarithmic(values.map(row => row[name]));
    return logarithmic ? { type: 'log', nice: false, padding: 12 } : { zero: false, padding: 12 };
  };
  const scaleX = x.type === 'nominal' ? {} : { scale: scaleOf(x, 'x') };
  const encoding: JSONObject = {
    x: { field: 'x', type: x.type, title: title(x), axis: { grid: false }, ...scaleX },
    y: {
      field: 'y',
      type: y.type,
      title: title(y),
      axis: { tickCount: 7 },
      scale: scaleOf(y, 'y')
    },
    ...(color && { color: colorOf(color, title) })
  };
  const tooltip = [
    { field: 'i', type: 'quantitative', title: '#', format: 'd' },
    { field: 'x', type: x.type, title: title(x), ...(x.type === 'temporal' && { format: '%X' }) },
    { field: 'y', type: y.type, title: title(y) },
    ...(color ? [{ field: 'c', type: color.type, title: title(color) }] : [])
  ];
  const marks = { type: 'point', filled: true, opacity: 0.75, size: 42, ...paint(color, look) };
  const mean = { type: 'line', opacity: 0.6, interpolate: 'linear', ...paint(color, look) };
  const layers: JSONObject[] = [{ mark: marks, encoding: { tooltip } }];
  const grouped = color === undefined || color.type === 'nominal' || color.kind === 'param';
  if (several && grouped && x.kind === 'param') {
    const detail = color && { detail: { field: 'c', type: 'nominal' } };
    layers.push({
      mark: mean,
      encoding: { y: { field: 'y', type: y.type, aggregate: 'mean' }, ...detail }
    });
  }
  return { data: { values }, encoding, layer: layers };
}

function paint(color: IChartField | undefined, look: IChartLook): JSONObject {
  return color === undefined ? { color: look.accent } : {};
}

function frame(look: IChartLook): JSONObject {
  const words = { labelColor: look.text, titleColor: look.text, labelFont: look.font };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    width: look.width,
    height: look.height,
    autosize: { type: 'fit', contains: 'padding' },
    background: 'transparent',
    config: {
      view: { stroke: 'transparent' },
      axis: {
        ...words,
        titleFont: look.font,
        titleFontWeight: 'normal',
        gridColor: look.faint,
        domainColor: look.faint,
        tickColor: look.faint
      },
      legend: { ...words, titleFont: look.font, titleFontWeight: 'normal' }
    }
  };
}
