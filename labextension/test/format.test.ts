import { nullTranslator } from '@jupyterlab/translation';

import { bytes, duration, runningFor, summary, when } from '../src/format';
import { counts } from './builders';

const trans = nullTranslator.load('cellburst');

describe('duration', () => {
  it.each([
    [0, '0ms'],
    [0.85, '850ms'],
    [0.9996, '1.0s'],
    [3.21, '3.2s'],
    [9.96, '10s'],
    [59.6, '1m 0s'],
    [72, '1m 12s'],
    [7500, '2h 5m'],
    [3 * 86400 + 4 * 3600, '3d 4h'],
    [-3, '0ms'],
    [NaN, '']
  ])('of %d seconds is %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it('of what goes on has whole seconds', () => {
    expect([0.2, 9.96, 72.9].map(runningFor)).toEqual(['0s', '9s', '1m 12s']);
  });
});

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [812, '812 B'],
    [1500, '1.5 kB'],
    [999_960, '1 MB'],
    [340_000_000, '340 MB'],
    [5e15, '5000 TB']
  ])('%d is %s', (size, text) => {
    expect(bytes(size)).toBe(text);
  });
});

describe('when', () => {
  const now = new Date(2026, 10, 21, 18, 0).getTime() / 1000;

  it('is the time of today', () => {
    expect(when(now - 3600, now)).toMatch(/^0?5:00|^17:00/);
  });

  it('has the day before today, and the year before this one', () => {
    expect(when(now - 86400, now)).toContain('20');
    expect(when(now - 86400, now)).not.toContain('2026');
    expect(when(now - 400 * 86400, now)).toContain('2025');
  });

  it('is nothing for what is no time', () => {
    expect(when(1e300, now)).toBe('');
  });
});

describe('summary', () => {
  it('names what needs a look', () => {
    const mixed = counts({
      queued: 9,
      running: 4,
      succeeded: 33,
      failed: 2,
      cancelled: 1,
      unknown: 1,
      pruned: 3
    });
    expect(summary(mixed, trans)).toBe('40/53 · 2 failed · 1 cancelled · 1 unknown · 3 pruned');
    expect(summary(counts({ succeeded: 3 }), trans)).toBe('3/3');
  });

  it('says how many of a finished search were ended early', () => {
    expect(summary(counts({ succeeded: 5, pruned: 35 }), trans)).toBe('5 succeeded · 35 pruned');
    const failed = counts({ succeeded: 5, failed: 1, pruned: 35 });
    expect(summary(failed, trans)).toBe('5 succeeded · 1 failed · 35 pruned');
    expect(summary(counts({ succeeded: 5, pruned: 3, running: 1 }), trans)).toBe('8/9 · 3 pruned');
  });
});
