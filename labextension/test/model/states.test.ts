import { decodeStates, sameStates } from '../../src/model/states';
import { taskState } from '../../src/taskStates';

const names = (count: number, states: string): string[] =>
  Array.from(decodeStates({ count, states }), taskState);

describe('decodeStates', () => {
  it('reads letters and how often they follow', () => {
    expect(names(8, '3sf2qrc')).toEqual([
      'succeeded',
      'succeeded',
      'succeeded',
      'failed',
      'queued',
      'queued',
      'running',
      'cancelled'
    ]);
  });

  it('takes a hundred thousand of them in one go', () => {
    const codes = decodeStates({ count: 100_000, states: '99999sf' });
    expect(codes.length).toBe(100_000);
    expect(taskState(codes[99_998] ?? -1)).toBe('succeeded');
    expect(taskState(codes[99_999] ?? -1)).toBe('failed');
  });

  it('leaves unknown what is missing or of a newer server, and drops what is too much', () => {
    expect(names(4, 'sz')).toEqual(['succeeded', 'unknown', 'unknown', 'unknown']);
    expect(names(2, '9f')).toEqual(['failed', 'failed']);
    expect(names(0, '9f')).toEqual([]);
  });

  it('tells whether anything is different', () => {
    const some = decodeStates({ count: 3, states: '2sf' });
    expect(sameStates(some, decodeStates({ count: 3, states: '2sf' }))).toBe(true);
    expect(sameStates(some, decodeStates({ count: 3, states: '3s' }))).toBe(false);
    expect(sameStates(some, decodeStates({ count: 4, states: '2s2f' }))).toBe(false);
  });
});
