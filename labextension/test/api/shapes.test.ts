import { ShapeError } from '../../src/api/errors';
import { checked } from '../../src/api/shapes';

describe('checked', () => {
  it('gives back what has the shape', () => {
    const answer = { count: 3, states: '3s' };
    expect(checked('StatesAnswer', answer)).toBe(answer);
  });

  it('names the shape and the place of what has not', () => {
    expect(() => checked('StatesAnswer', { count: 'three', states: '3s' })).toThrow(ShapeError);
    expect(() => checked('StatesAnswer', { count: 'three', states: '3s' })).toThrow(
      /StatesAnswer.*count/
    );
  });
});
