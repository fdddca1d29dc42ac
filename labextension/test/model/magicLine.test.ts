import { intoOf, targetOf, withoutRemote, withTarget } from '../../src/model/magicLine';

describe('withTarget', () => {
  it.each([
    ['x = 1', '%%remote local\nx = 1'],
    ['', '%%remote local\n'],
    ['\n  \nx = 1', '%%remote local\nx = 1'],
    ['# a comment\nx = 1', '%%remote local\n# a comment\nx = 1'],
    ['    indented = 1', '%%remote local\n    indented = 1']
  ])('goes on top of %j', (source, marked) => {
    expect(withTarget(source, 'local')).toBe(marked);
  });

  it.each([
    ['%%remote\nx', '%%remote gpu\nx'],
    ['%%remote   \nx', '%%remote gpu\nx'],
    ['%%remote local\nx', '%%remote gpu\nx'],
    ['%%remote local --parallel 4\nx', '%%remote gpu --parallel 4\nx'],
    ['%%remote --parallel 4 local\nx', '%%remote --parallel 4 gpu\nx'],
    ['%%remote --parallel 4\nx', '%%remote gpu --parallel 4\nx'],
    ['%%remote --detach local\nx', '%%remote --detach gpu\nx'],
    ['%%remote -p a=[1, 2] -p b="x y" local\nx', '%%remote -p a=[1, 2] -p b="x y" gpu\nx'],
    ['%%remote -p a=[1, 2]\nx', '%%remote gpu -p a=[1, 2]\nx'],
    ['%%remote --name="it\'s" local\nx', '%%remote --name="it\'s" gpu\nx'],
    ['%%remote --seed -1 local\nx', '%%remote --seed -1 gpu\nx'],
    ['\n%%remote local\nx', '\n%%remote gpu\nx'],
    ['%%time\n%%remote local --quiet\nx', '%%time\n%%remote gpu --quiet\nx'],
    ['%%capture out\n\n%%remote\nx', '%%capture out\n\n%%remote gpu\nx']
  ])('keeps the options of %j', (source, marked) => {
    expect(withTarget(source, 'gpu')).toBe(marked);
  });

  it('is the same when it is done twice', () => {
    const once = withTarget('%%time\nx', 'local') as string;
    expect(withTarget(once, 'local')).toBe(once);
  });

  it.each(['%%time', '%%timeit -n 3', '%%bash', '%%writefile a.txt', '%%html'])(
    'goes above %s, which runs on the worker then',
    magic => {
      expect(withTarget(`${magic}\nx`, 'local')).toBe(`%%remote local\n${magic}\nx`);
    }
  );

  it('takes the text below a foreign magic for what it is', () => {
    expect(withTarget('%%bash\n%%remote local\n', 'gpu')).toBe(
      '%%remote gpu\n%%bash\n%%remote local\n'
    );
    expect(withTarget('print()\n%%remote local', 'gpu')).toBe(
      '%%remote gpu\nprint()\n%%remote local'
    );
    expect(withTarget('%%remotely\nx', 'gpu')).toBe('%%remote gpu\n%%remotely\nx');
  });

  it.each(['debug', 'code_wrap'])('refuses %%%%%s as Python does', magic => {
    expect(withTarget(`%%${magic}\nx`, 'local')).toEqual({ kind: 'magic', magic });
  });

  it.each(['-p a=[1, 2', '-p a="x', '-p a=(1]', '--name """x'])('leaves an open line: %s', rest => {
    expect(withTarget(`%%remote local ${rest}\nx`, 'gpu')).toEqual({ kind: 'line' });
  });
});

describe('what a cell says', () => {
  it('names its target', () => {
    expect(targetOf('x = 1')).toBeNull();
    expect(targetOf('%%remote\nx')).toBe('local');
    expect(targetOf('%%remote -p a=[1] gpu\nx')).toBe('gpu');
    expect(targetOf('%%remote -p a=[1\nx')).toBe('');
  });

  it('names its variable', () => {
    expect(intoOf('%%remote --into scores\nx')).toBe('scores');
    expect(intoOf('%%remote --into=scores\nx')).toBe('scores');
    expect(intoOf('%%remote -p into=[1]\nx')).toBeNull();
    expect(intoOf('%%remote --into 9a\nx')).toBeNull();
    expect(intoOf('scores = 1')).toBeNull();
  });

  it('has the code that was sent', () => {
    expect(withoutRemote('%%remote local\nx = 1\ny')).toBe('x = 1\ny');
    expect(withoutRemote('%%time\n%%remote local\nx = 1')).toBe('x = 1');
    expect(withoutRemote('x = 1')).toBe('x = 1');
  });
});
