import { nullTranslator } from '@jupyterlab/translation';

import { costAt, costFacts } from '../../src/components/runCost';
import { dollars } from '../../src/format';

const trans = nullTranslator.load('cellburst');

describe('costs', () => {
  it.each([
    [0, '$0.00'],
    [0.00001, '<$0.0001'],
    [0.0042, '$0.0042'],
    [0.00996, '$0.010'],
    [0.042, '$0.042'],
    [0.0996, '$0.10'],
    [0.42, '$0.42'],
    [1234.5, '$1,234.50'],
    [-1, '$0.00'],
    [Number.NaN, '']
  ])('%p dollars are %p', (amount, text) => {
    expect(dollars(amount)).toBe(text);
  });

  it('go on between two events, and stand still when nothing costs any more', () => {
    const meter = { base: -3600, rate: 3600, fresh: [] };
    expect(costAt(meter, 3600)).toBe(0);
    expect(costAt(meter, 3610)).toBe(10);
    expect(costAt({ base: 2, rate: 0, fresh: [] }, 3610)).toBe(2);
    expect(costAt(null, 3610)).toBeNull();
  });

  it('are those of a minute at least for each machine', () => {
    const meter = {
      base: -7200 - 60,
      rate: 7200,
      fresh: [
        [3660, 3600],
        [3720, 3600]
      ] as const
    };
    expect(costAt(meter, 3600)).toBe(60 + 60);
    expect(costAt(meter, 3690)).toBe(90 + 60);
    expect(costAt(meter, 3720)).toBe(120 + 60);
    expect(costAt(meter, 3730)).toBe(130 + 70);
  });

  it('are in a word for runs that had machines, and in none for others', () => {
    expect(costFacts({ meter: null }, 0, trans)).toEqual([]);
    expect(costFacts({ meter: { base: 2, rate: 0, fresh: [] } }, 0, trans)).toEqual(['$2.00']);
    expect(costFacts({ meter: { base: 2, rate: 1.2, fresh: [] } }, 3600, trans)).toEqual([
      '$3.20, $1.20/h'
    ]);
  });
});
