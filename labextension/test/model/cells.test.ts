import { cellOfRun } from '../../src/model/cells';

const CELLS = [
  { id: 'a', source: 'import numpy' },
  { id: 'b', source: '%%remote local --parallel 4\nfit(X)  \n' },
  { id: 'c', source: '%%time\n%%remote\nother(X)' },
  { id: 'd', source: '' }
];

describe('cellOfRun', () => {
  it('goes by the id', () => {
    expect(cellOfRun(CELLS, 'c', 'fit(X)')).toBe(2);
  });

  it('goes by the code where the id is not known', () => {
    expect(cellOfRun(CELLS, '', 'fit(X)')).toBe(1);
    expect(cellOfRun(CELLS, 'gone', '\nother(X)\r\n')).toBe(2);
  });

  it('finds nothing for nothing', () => {
    expect(cellOfRun(CELLS, '', '')).toBe(-1);
    expect(cellOfRun(CELLS, 'gone', 'something else')).toBe(-1);
    expect(cellOfRun([], 'a', 'fit(X)')).toBe(-1);
  });
});
