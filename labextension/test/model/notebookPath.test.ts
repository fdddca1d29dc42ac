import { pathCandidates } from '../../src/model/notebookPath';

describe('pathCandidates', () => {
  it('is the path below the root', () => {
    expect(pathCandidates('/data/work/a/b.ipynb', '/data/work')).toEqual(['a/b.ipynb']);
    expect(pathCandidates('/data/work/./a//b.ipynb', '/data/work/')).toEqual(['a/b.ipynb']);
    expect(pathCandidates('/data/b.ipynb', '/')).toEqual(['data/b.ipynb']);
  });

  it('is nothing outside of the root', () => {
    expect(pathCandidates('/data/workshop/b.ipynb', '/data/work')).toEqual([]);
    expect(pathCandidates('/etc/b.ipynb', '/data/work')).toEqual([]);
  });

  it('is a name as it is', () => {
    expect(pathCandidates('a/b.ipynb', '/data/work')).toEqual(['a/b.ipynb']);
  });

  it('is any folder that fits where the root is somewhere below the home folder', () => {
    expect(pathCandidates('/home/me/work/a/b.ipynb', '~/work')).toEqual(['a/b.ipynb']);
    expect(pathCandidates('/srv/a/b.ipynb', '~')).toEqual(['a/b.ipynb', 'b.ipynb']);
    expect(pathCandidates('/home/me/other/b.ipynb', '~/work')).toEqual([]);
  });

  it.each([
    '',
    '../../etc/passwd',
    '/data/work/../../x.ipynb',
    'a\0.ipynb',
    '/data/work/a.py',
    '/'
  ])('refuses %j', path => {
    expect(pathCandidates(path, '/data/work')).toEqual([]);
  });
});
