import type { JSONObject } from '@lumino/coreutils';

import type { TaskRow } from '../api/client';
import type { IChartField } from './chartFields';
import { colorOf, type IChartLook, type Title } from './chartLook';
import { isLogarithmic } from './chartScale';

const CATEGORIES = 12;
const LONGEST = 18;

/** An axis for each field, a line for each task. */
export function parallel(
  tasks: readonly TaskRow[],
  axes: readonly IChartField[],
  look: IChartLook,
  title: Title
): JSONObject {
  const last = axes.length - 1;
  const scales = axes.map(axis => scaleOf(axis, tasks));
  const lines: JSONObject[] = [];
  for (const task of tasks) {
    const places = axes.map((axis, at) => scales[at]?.place(axis.read(task)) ?? null);
    const y = axes[last]?.read(task) ?? null;
    if (y === null || places.includes(null)) {
      continue;
    }
    for (const [at, n] of places.entries()) {
      lines.push({ i: task.index, a: at, n, y });
    }
  }
  const labels = scales.flatMap((scale, at) =>
    scale.labels.map(({ n, text }): JSONObject => ({ a: at, n, text }))
  );
  const heads = axes.map((axis, at): JSONObject => ({ a: at, n: 1, text: cut(title(axis)) }));
  const x: JSONObject = {
    field: 'a',
    type: 'quantitative',
    axis: null,
    scale: { domain: [0, last], nice: false }
  };
  const y: JSONObject = { field: 'n', type: 'quantitative', axis: null, scale: { domain: [0, 1] } };
  const value = axes[last];
  const color =
    value === undefined ? {} : { color: { ...colorOf(value, title), field: 'y', legend: null } }; // its axis is the legend
  const text = { type: 'text', color: look.text, font: look.font, clip: false };
  return {
    padding: { left: 56, right: 24, top: 34, bottom: 14 },
    layer: [
      {
        data: { values: heads },
        mark: { type: 'rule', color: look.faint },
        encoding: { x }
      },
      {
        data: { values: lines },
        mark: { type: 'line', opacity: lines.length > 2000 ? 0.15 : 0.45, strokeWidth: 1.4 },
        encoding: { x, y, detail: { field: 'i', type: 'nominal' }, ...color }
      },
      {
        data: { values: labels },
        mark: { ...text, align: 'right', dx: -6, fontSize: 10 },
        encoding: { x, y, text: { field: 'text', type: 'nominal' } }
      },
      {
        data: { values: heads },
        mark: { ...text, dy: -18, fontWeight: 'bold' },
        encoding: { x, y, text: { field: 'text', type: 'nominal' } }
      }
    ]
  };
}

interface IAxisScale {
  /** Where a value is, from 0 at the bottom to 1; null if there is none. */
  place: (value: number | string | null) => number | null;
  readonly labels: readonly { readonly n: number; readonly text: string }[];
}

function scaleOf(axis: IChartField, tasks: readonly TaskRow[]): IAxisScale {
  const values = tasks.map(task => axis.read(task)).filter(value => value !== null);
  if (axis.type !== 'nominal') {
    const numbers = values.filter(value => typeof value === 'number');
    return numberScale(numbers, axis.kind === 'param' && isLogarithmic(numbers));
  }
  const names = [...new Set(values.map(String))];
  const step = 1 / Math.max(names.length - 1, 1);
  const places = new Map(names.map((name, at) => [name, names.length === 1 ? 0.5 : at * step]));
  const every = Math.ceil(names.length / CATEGORIES);
  const labels = names
    .filter((_, at) => at % every === 0)
    .map(name => ({ n: places.get(name) ?? 0, text: name.slice(0, 14) }));
  return { place: value => (value === null ? null : (places.get(String(value)) ?? null)), labels };
}

function numberScale(numbers: readonly number[], logarithmic: boolean): IAxisScale {
  const along = logarithmic ? Math.log : (value: number): number => value;
  const back = logarithmic ? Math.exp : (value: number): number => value;
  const places = numbers.map(along);
  const low = places.reduce((one, other) => Math.min(one, other), Infinity);
  const high = places.reduce((one, other) => Math.max(one, other), -Infinity);
  const place = (value: number | string | null): number | null =>
    typeof value === 'number' ? (high > low ? (along(value) - low) / (high - low) : 0.5) : null;
  const ends = high > low ? [low, (low + high) / 2, high] : places.slice(0, 1);
  const labels = ends.map(end => ({
    n: high > low ? (end - low) / (high - low) : 0.5,
    text: short(back(end))
  }));
  return { place, labels };
}

/** Names side by side must not run into each other. */
function cut(name: string): string {
  return name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
