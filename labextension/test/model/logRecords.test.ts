import { nullTranslator } from '@jupyterlab/translation';

import { upTo } from '../../src/model/logPages';
import { logPieces } from '../../src/model/logRecords';

const trans = nullTranslator.load('cellburst');

describe('logPieces', () => {
  it('are texts, what displays are called, and what is missing', () => {
    const records = [
      { output_type: 'stream', name: 'stdout', text: 'a' },
      { output_type: 'stream', name: 'stderr', text: 'b', dropped: 1 },
      {
        output_type: 'stream',
        name: 'stdout',
        text: '\n[1,234 bytes of output were not kept]\n',
        dropped: 1234
      },
      {
        output_type: 'display_data',
        data: { 'text/plain': ['x', 'y'], 'text/html': '<b>' },
        metadata: {}
      },
      { output_type: 'display_data', data: { 'image/png': 'abc' }, metadata: {} },
      { output_type: 'clear_output', wait: false },
      { output_type: 'of a newer server', text: 5 },
      { output_type: 'display_data', data: null }
    ];
    expect(
      [...logPieces(records, trans)].map(({ text, origin, line }) => [text, origin, line])
    ).toEqual([
      ['a', 'stdout', false],
      ['1 byte was not kept', 'gap', true],
      ['b', 'stderr', false],
      ['1,234 bytes were not kept', 'gap', true],
      ['xy', 'display', true]
    ]);
  });
});

describe('upTo', () => {
  const text = (value: string): object => ({ output_type: 'stream', name: 'stdout', text: value });

  it.each([
    ['all of it', 'abc', 3, 3, 'abc'],
    ['a part', 'abcdef', 6, 4, 'abcd'],
    ['a character that is cut', 'aé', 3, 2, 'aé'],
    ['up to a character', 'aéb', 4, 3, 'aé']
  ])('%s', (_, value, end, place, kept) => {
    expect(upTo([text(value)] as never, end, place)).toEqual([text(kept)]);
  });

  it('leaves out a display that reaches beyond', () => {
    const display = { output_type: 'display_data', data: {}, metadata: {} };
    expect(upTo([text('a'), display] as never, 90, 10)).toEqual([text('a')]);
  });
});
