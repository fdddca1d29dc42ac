import type { TaskRow } from '../../src/api/client';
import { chartFields } from '../../src/model/chartFields';
import type { IChartLook } from '../../src/model/chartLook';
import { isLogarithmic } from '../../src/model/chartScale';
import { canBeParallel, chartSpec, defaultChoice, yFields } from '../../src/model/charts';
import { columnsOf, namesOf, NO_NAMES } from '../../src/model/columns';
import { taskRow } from '../builders';

const LOOK: IChartLook = {
  width: 600,
  height: 300,
  text: 'black',
  faint: 'gray',
  accent: 'blue',
  font: 'sans-serif'
};

const record = (value: object): TaskRow['params'] => value as TaskRow['params'];
const title = (field: { readonly key: string }): string => field.key;

function fieldsOf(params: readonly string[], tasks: readonly TaskRow[]) {
  return chartFields(columnsOf(params, namesOf(NO_NAMES, tasks)), tasks);
}

describe('chartFields', () => {
  it('tells numbers from texts, and leaves out what no task has', () => {
    const tasks = [0, 1].map(index =>
      taskRow(index, {
        params: record({ lr: index, kind: index === 0 ? 'mlp' : 'cnn', flag: true, odd: [1] }),
        metrics: null
      })
    );
    const types = Object.fromEntries(
      fieldsOf(['lr', 'kind', 'flag', 'odd'], tasks).map(field => [field.key, field.type])
    );
    expect(types).toMatchObject({
      'param:lr': 'quantitative',
      'param:kind': 'nominal',
      'param:flag': 'nominal',
      'value:': 'quantitative',
      'time:': 'temporal'
    });
    expect(types['param:odd']).toBeUndefined();
  });
});

describe('defaultChoice', () => {
  const choice = (params: readonly string[], changes: Partial<TaskRow> = {}) => {
    const tasks = [0, 1].map(index =>
      taskRow(index, {
        params: record(Object.fromEntries(params.map((name, at) => [name, index + at]))),
        ...changes
      })
    );
    return defaultChoice(fieldsOf(params, tasks));
  };

  it('draws the value against the parameter, a second one in colour', () => {
    expect(choice(['a'])).toEqual({ kind: 'points', x: 'param:a', y: 'value:', color: '' });
    expect(choice(['a', 'b'])?.color).toBe('param:b');
  });

  it('draws parallel coordinates from three parameters on', () => {
    expect(choice(['a', 'b', 'c'])?.kind).toBe('parallel');
  });

  it('draws against the number of the task where there is no parameter', () => {
    expect(choice([])?.x).toBe('index:');
  });

  it('takes a metric, or the time, where the value is no number', () => {
    expect(choice(['a'], { summary: 'text' })?.y).toBe('metric:acc');
    expect(choice(['a'], { summary: null, metrics: null })?.y).toBe('seconds:');
  });

  it('is null while there is nothing to draw', () => {
    const nothing = { summary: null, metrics: null, seconds: null, peak_rss: 0, started: null };
    expect(choice(['a'], nothing)).toBeNull();
  });
});

describe('isLogarithmic', () => {
  it('is so for learning rates, and not for what is spread evenly', () => {
    expect(isLogarithmic([0.001, 0.01, 0.1])).toBe(true);
    expect(isLogarithmic([1, 10, null, 'x', 100])).toBe(true);
    expect(isLogarithmic(Array.from({ length: 100 }, (_, at) => 0.0001 + at / 100))).toBe(false);
    expect(isLogarithmic([0, 0.01, 100])).toBe(false);
    expect(isLogarithmic([1, 2, 4, 8, 16])).toBe(false);
    expect(isLogarithmic([])).toBe(false);
  });
});

describe('chartSpec', () => {
  const hostile = "x'] || alert(1) || datum['";
  const tasks = Array.from({ length: 8 }, (_, index) =>
    taskRow(index, {
      params: record({
        [hostile]: 10 ** (index % 4),
        b: index % 2,
        c: index % 2 === 0 ? 'p' : 'q'
      }),
      summary: index
    })
  );
  const fields = fieldsOf([hostile, 'b', 'c'], tasks);
  const x = `param:${hostile}`;

  it('uses names of its own for fields: those of a user may be expressions', () => {
    for (const kind of ['points', 'parallel'] as const) {
      const spec = chartSpec(
        tasks,
        fields,
        { kind, x, y: 'value:', color: 'param:b' },
        LOOK,
        title
      );
      const named: unknown[] = [];
      JSON.stringify(spec, (key, value: unknown) => {
        if (key === 'field') {
          named.push(value);
        }
        return value;
      });
      expect(new Set(named).size).toBeGreaterThan(2);
      for (const field of named) {
        expect(['i', 'x', 'y', 'c', 'a', 'n', 'text']).toContain(field);
      }
    }
  });

  it('draws a point for each task that has both, and their mean where several are in one place', () => {
    const some = [...tasks, taskRow(8, { params: record({}), summary: 3 })];
    const spec = chartSpec(
      some,
      fields,
      { kind: 'points', x, y: 'value:', color: '' },
      LOOK,
      title
    );
    expect(spec).toMatchObject({
      data: { values: tasks.map(task => ({ i: task.index })) },
      encoding: { x: { scale: { type: 'log' } }, y: { scale: { zero: false } } },
      layer: [{ mark: { type: 'point', color: 'blue' } }, { mark: { type: 'line' } }]
    });
    expect((spec?.['data'] as { values: unknown[] }).values.length).toBe(8);
  });

  it('draws a line for each task across an axis for each parameter and the result', () => {
    expect(canBeParallel(fields)).toBe(true);
    const choice = { kind: 'parallel' as const, x, y: 'value:', color: '' };
    const spec = chartSpec(tasks, fields, choice, LOOK, title);
    const layers = spec?.['layer'] as { data: { values: { a: number; n: number; i: number }[] } }[];
    const lines = layers[1]?.data.values ?? [];
    expect(lines.length).toBe(tasks.length * 4);
    const first = lines.filter(line => line.i === 1).map(line => line.n);
    expect(first[0]).toBeCloseTo(1 / 3); // 10 of 1 to 1000: by magnitude
    expect(first.slice(1, 3)).toEqual([1, 1]);
    expect(first[3]).toBeCloseTo(1 / 7);
  });

  it('is null for a field that is not there', () => {
    const gone = { kind: 'points' as const, x: 'param:gone', y: 'value:', color: '' };
    expect(chartSpec(tasks, fields, gone, LOOK, title)).toBeNull();
    expect(yFields(fields).map(field => field.kind)).toEqual([
      'value',
      'metric',
      'seconds',
      'memory'
    ]);
  });
});
