import { pythonLiteral } from '../src/pythonLiteral';

describe('pythonLiteral', () => {
  it.each([
    [null, 'None'],
    [true, 'True'],
    [1, '1'],
    [0.1, '0.1'],
    [1e300, '1e+300'],
    [-0, '-0.0'],
    [NaN, "float('nan')"],
    [-Infinity, "float('-inf')"],
    ["it's", `"it's"`],
    [`it's "x"`, `'it\\'s "x"'`],
    ['a\\b\n\t', `'a\\\\b\\n\\t'`],
    ['\u202eevil\u200b\x00\u{e0041}', `'\\u202eevil\\u200b\\x00\\U000e0041'`],
    ['grün 日本 💩', `'grün 日本 💩'`],
    ['\ud800', `'\\ud800'`],
    [[1, [null, 'x']], `[1, [None, 'x']]`],
    [{ a: { "b'": [] } }, `{'a': {"b'": []}}`]
  ])('%j', (value, code) => {
    expect(pythonLiteral(value)).toBe(code);
  });
});
