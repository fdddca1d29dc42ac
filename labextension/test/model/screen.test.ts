import { LONGEST_LINE, Screen, screenLines } from '../../src/model/screen';

function texts(text: string): string[] {
  return screenLines(text).map(line => line.text);
}

/** Every run of a line as its text and its look. */
function runs(text: string): [string, string][] {
  const line = screenLines(text)[0];
  let start = 0;
  return (line?.runs ?? []).map(({ end, style }) => {
    const part = line?.text.slice(start, end) ?? '';
    start = end;
    return [part, `${style.className}${style.color}${style.background}`];
  });
}

describe('lines', () => {
  it.each([
    ['a\nb', ['a', 'b']],
    ['10%\r20%', ['20%']],
    ['long line\rab', ['abng line']],
    ['ab\b\bcd', ['cd']],
    ['\b\bx', ['x']],
    ['a\r\nb\r\n', ['a', 'b', '']],
    ['a\tb', ['a\tb']],
    ['a\x00\x07\x7fb', ['ab']]
  ])('%j', (text, lines) => {
    expect(texts(text)).toEqual(lines);
  });

  it('are cut where they are too long, and say so', () => {
    const lines = screenLines('x'.repeat(2 * LONGEST_LINE + 5));
    expect(lines.map(line => [line.text.length, line.continued])).toEqual([
      [LONGEST_LINE, true],
      [LONGEST_LINE, true],
      [5, false]
    ]);
  });

  it('are never cut within a character', () => {
    const lines = texts(`${'x'.repeat(LONGEST_LINE - 1)}\u{1f4a9}`);
    expect(lines[1]).toBe('\u{1f4a9}');
  });

  it('are the same in whatever pieces the text comes', () => {
    const text =
      'a\x1b[31mb\x1b]8;;http://x\x1b\\link\x1b]8;;\x07\x1b[38;2;1;2;3mc\r\x1b[0mz\nd\x1b(Be';
    const whole = screenLines(text);
    for (let size = 1; size < 9; size++) {
      const screen = new Screen();
      for (let at = 0; at < text.length; at += size) {
        screen.write(text.slice(at, at + size), 'stdout');
      }
      expect(screen.lines).toEqual(whole);
    }
  });

  it('show only so many colours', () => {
    const line = screenLines('\x1b[31ma\x1b[32mb'.repeat(1000))[0];
    expect(line?.text).toHaveLength(2000);
    expect(line?.runs.length).toBeLessThan(200);
    expect(line?.runs.at(-1)?.end).toBe(2000);
  });
});

describe('escape sequences', () => {
  it.each([
    ['a link', '\x1b]8;;javascript:x\x1b\\text\x1b]8;;\x1b\\', 'text'],
    ['a title', '\x1b]0;title\x07text', 'text'],
    ['movements', '\x1b[2J\x1b[H\x1b[3Atext\x1b[K', 'text'],
    ['a character set', '\x1b(Btext\x1b=', 'text'],
    ['eight bits', '\x9b31mte\x9d0;t\x9cxt', 'text'],
    ['concealed', '\x1b[8mtext', 'text'],
    ['half of one', 'text\x1b[31', 'text'],
    ['nonsense', '\x1b[31\x01mtext', 'mtext']
  ])('%s', (_, text, shown) => {
    expect(texts(text)[0]).toBe(shown);
  });

  it('without an end are over with the line', () => {
    expect(texts('a\x1b]8;;http://x\nb')).toEqual(['a', 'b']);
    expect(texts(`\x1b]${'x'.repeat(5000)}`)[0]).toHaveLength(4000);
  });
});

describe('colours', () => {
  it.each<[string, [string, string][]]>([
    ['plain', []],
    [
      '\x1b[31mred\x1b[0m not',
      [
        ['red', 'ansi-red-fg'],
        [' not', '']
      ]
    ],
    ['\x1b[1;31mbold', [['bold', 'ansi-red-intense-fg ansi-bold']]],
    ['\x1b[97;41mx', [['x', 'ansi-white-intense-fg ansi-red-bg']]],
    ['\x1b[7mx', [['x', 'ansi-default-inverse-fg ansi-default-inverse-bg']]],
    ['\x1b[38;5;9mx', [['x', 'ansi-red-intense-fg']]],
    ['\x1b[38;5;208mx', [['x', '#ff8700']]],
    ['\x1b[38;5;244mx', [['x', '#808080']]],
    ['\x1b[48;2;1;2;3mx', [['x', '#010203']]],
    ['\x1b[38:2:255:0:1mx', [['x', '#ff0001']]],
    ['\x1b[38;2;999;0;0mx', []],
    ['\x1b[38;9mx', []],
    ['\x1b[31m\x1b[39mx', [['x', '']]],
    [
      '\x1b[3;4;9mx\x1b[23;24;29my',
      [
        ['x', 'ansi-underline cb-mod-italic cb-mod-strike'],
        ['y', '']
      ]
    ]
  ])('%j', (text, expected) => {
    expect(runs(text)).toEqual(expected);
  });

  it('stay with what is overwritten', () => {
    expect(runs('\x1b[31mabcdef\r\x1b[32mxy\x1b[1C')).toEqual([
      ['xy', 'ansi-green-fg'],
      ['cdef', 'ansi-red-fg']
    ]);
    expect(runs('abc\x1b[31mdef\b\b\b\b\x1b[32mZZ')).toEqual([
      ['ab', ''],
      ['ZZ', 'ansi-green-fg'],
      ['ef', 'ansi-red-fg']
    ]);
  });
});
