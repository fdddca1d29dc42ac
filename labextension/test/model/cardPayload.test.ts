import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';

import { readCard } from '../../src/model/cardPayload';

const RUN = '8x1k3mq-a2b4';

describe('readCard', () => {
  it('reads what display/card.py sends', () => {
    const said = [{ task: 3, fraction: 0.5, text: 'epoch 2' }];
    const card = { run: RUN, store: '/data/e.db', version: 1 };
    const plain = { run: RUN, said: [], standing: '', found: [] };
    expect(readCard(card)).toEqual(plain);
    expect(readCard({ ...card, said })).toEqual({ ...plain, said });
    const search = { standing: 'trial 3 of 9', found: ['best loss 0.5 (lr=0.1)'] };
    expect(readCard({ ...card, ...search })).toEqual({ ...plain, ...search });
    const odd = { standing: 3, found: [{}, '', 'x'] };
    expect(readCard({ ...card, ...odd })).toEqual({ ...plain, found: ['x'] });
  });

  const foreign: ReadonlyPartialJSONValue[] = [
    {},
    [],
    'text',
    null,
    { run: RUN },
    { run: RUN, version: 2 },
    { run: '../x', version: 1 },
    { run: '<img src=x onerror=alert(1)>', version: 1 },
    { run: [RUN], version: 1 }
  ];
  it.each(foreign)('leaves %j to the HTML beside it', card => {
    expect(readCard(card)).toBeNull();
  });

  it('leaves out what tasks cannot have said', () => {
    const said = [
      { task: -1, text: 'a' },
      'b',
      null,
      { task: 1, fraction: 7, text: { html: 'x' } },
      { task: 2, fraction: 0, text: 'x'.repeat(1000) }
    ];
    const card = readCard({ run: RUN, version: 1, said: said.slice(0, 3) });
    expect(card?.said).toEqual([]);
    const more = readCard({ run: RUN, version: 1, said: said.slice(3) });
    expect(more?.said).toEqual([
      { task: 1, fraction: null, text: '' },
      { task: 2, fraction: 0, text: 'x'.repeat(300) }
    ]);
  });
});
