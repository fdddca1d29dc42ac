import { paramCode, paramLiteral } from '../src/paramCode';

describe('paramLiteral', () => {
  it.each([
    ['adam', "'adam'"],
    [0.1, '0.1'],
    [null, 'None'],
    ['nan', "float('nan')"],
    ['-inf', "float('-inf')"],
    ['12345678901234567890', '12345678901234567890'],
    ['123', "'123'"],
    ["[1, None, True, 'a]', -2.5e-3]", "[1, None, True, 'a]', -2.5e-3]"],
    ["{'a': inf, 'nan': (nan,)}", "{'a': float('inf'), 'nan': (float('nan'),)}"],
    ['(100, 50)', '(100, 50)']
  ])('%j', (value, code) => {
    expect(paramLiteral(value)).toBe(code);
  });

  it.each([
    "[__import__('os').system('x')]",
    '[print(1)]',
    '(lambda: 1)()',
    '[1](2)]',
    "['a\\']",
    '[x for x in y]',
    '{**a}',
    '[1; 2]',
    '[f"{x}"]',
    '[0x10]',
    '[1'
  ])('takes %j for a text', text => {
    expect(paramLiteral(text)).toMatch(/^['"].*['"]$/);
  });
});

describe('paramCode', () => {
  it('sets each name', () => {
    expect(paramCode({ lr: 0.1, größe: 'x' })).toBe("lr = 0.1\ngröße = 'x'\n");
  });

  it('says what is not the whole', () => {
    const text = `${'x'.repeat(77)}...`;
    expect(paramCode({ a: text })).toBe(`a = '${text}'  # shortened\n`);
  });

  it.each(['class', 'a b', '1x', 'x; import os #', 'x\n'])('is a dict with %j', name => {
    expect(paramCode({ [name]: 1 })).toMatch(/^params = \{\n {4}'.*': 1,\n\}\n$/);
  });
});
