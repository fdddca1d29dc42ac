import { nullTranslator } from '@jupyterlab/translation';

import { ArgumentError, Arguments } from '../../src/model/arguments';

const trans = nullTranslator.load('cellburst');
const KNOWN = ['run', 'task', 'tasks', 'which', 'name', 'target', 'execute', 'clicked'];
const RUN = '8x1k3mq-a2b4';

function given(args: unknown): Arguments {
  return new Arguments(args, KNOWN, trans);
}

describe('Arguments', () => {
  it('reads what fits', () => {
    const args = given({
      run: RUN,
      tasks: [3, 4, 3],
      which: 'failed',
      name: ' a ',
      target: 'gpu-1'
    });
    expect(args.run).toBe(RUN);
    expect(args.tasks).toEqual([3, 4]);
    expect(args.which).toBe('failed');
    expect(args.name).toBe('a');
    expect(args.target).toBe('gpu-1');
  });

  it('takes what is not given, or inherited, for nothing', () => {
    const args = given(Object.create({ run: RUN, tasks: [1] }));
    expect(args.run).toBeUndefined();
    expect(args.tasks).toBeUndefined();
    expect(args.execute).toBe(false);
  });

  it('lets pass what JupyterLab adds', () => {
    expect(() => given({ isPalette: true, toolbar: true, _luminoEvent: {} })).not.toThrow();
  });

  it('refuses a name that it does not know, so that a slip does not do more than was meant', () => {
    expect(() => new Arguments({ run: RUN, task: [3] }, ['run', 'tasks'], trans)).toThrow(
      'no argument "task"'
    );
    expect(() => given(JSON.parse('{"__proto__": {"run": "x"}}'))).toThrow(ArgumentError);
  });

  it.each([null, undefined, 'run', 3, [RUN], true])('refuses %j for arguments', args => {
    expect(() => given(args)).toThrow(ArgumentError);
  });

  it.each([
    '',
    '..',
    '../../etc/passwd',
    '8x1k3mq-a2b4/../x',
    '8x1k3mq-a2b4\n',
    ' 8x1k3mq-a2b4',
    '8X1K3MQ-A2B4',
    '%38x1k3mq',
    '<img src=x onerror=alert(1)>',
    'last',
    '__proto__',
    0,
    NaN,
    null,
    true,
    {},
    [],
    [RUN],
    { toString: () => RUN },
    'x'.repeat(1_000_000)
  ])('refuses the run %j', run => {
    expect(() => given({ run })).toThrow(ArgumentError);
  });

  it.each([
    [[]],
    [[-1]],
    [[1.5]],
    [['1']],
    [[Infinity]],
    [[null]],
    [{ length: 1, 0: 1 }],
    ['3'],
    [3],
    [[1, [2]]],
    [new Array(1_000_001).fill(1)],
    [new Array(3)]
  ])('refuses the tasks %#', tasks => {
    expect(() => given({ tasks })).toThrow(ArgumentError);
  });

  it.each(['', '   ', 'x'.repeat(201), 3, null, {}, []])('refuses the name %j', name => {
    expect(() => given({ name })).toThrow(ArgumentError);
  });

  it.each(['', '--detach', 'a b', 'a\nimport os', "a'", 'a"', 'a;b', 'a[0]', 'a'.repeat(101), 3])(
    'refuses the target %j',
    target => {
      expect(() => given({ target })).toThrow(ArgumentError);
    }
  );

  it('says what is wrong in few words, whatever is given', () => {
    try {
      given({ run: 'x'.repeat(1_000_000) });
      throw new Error('not refused');
    } catch (error) {
      expect(String(error)).toMatch(/"run" is "x+…".* must be: a run id/);
      expect(String(error).length).toBeLessThan(160);
    }
  });
});
