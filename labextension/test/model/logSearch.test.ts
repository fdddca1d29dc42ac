import { findMatches, MOST_MATCHES, plainLines } from '../../src/model/logSearch';
import { screenLines } from '../../src/model/screen';

describe('findMatches', () => {
  it('finds every place, whatever its case and colour, by the number of its line', () => {
    const lines = screenLines('a.b\nxA\x1b[31m.B a.b');
    expect(findMatches(lines, 100, 'A.b')).toEqual([
      { line: 100, start: 0, end: 3 },
      { line: 101, start: 1, end: 4 },
      { line: 101, start: 5, end: 8 }
    ]);
  });

  it.each(['(', '[', '\\', '.*', '-', '^$|?'])('takes %j as it is', text => {
    expect(findMatches(screenLines(`a${text}b`), 0, text)).toHaveLength(1);
  });

  it('finds nothing for nothing, and only so many', () => {
    expect(findMatches(screenLines('abc'), 0, '')).toEqual([]);
    expect(findMatches(screenLines('x'.repeat(50_000)), 0, 'x')).toHaveLength(MOST_MATCHES);
  });
});

describe('plainLines', () => {
  it('is the text again, without colours and breaks of long lines', () => {
    const text = `\x1b[31ma\x1b[0m\n${'x'.repeat(9000)}\n`;
    expect(plainLines(screenLines(text))).toBe(`a\n${'x'.repeat(9000)}\n\n`);
  });
});
