const WIDE = 20;
const MIDDLE = 0.7;

/**
 * Whether numbers are told apart by their magnitudes, as learning rates are: spread far, and about as many of them in
 * each decade. Numbers that are spread evenly are not, however small the smallest is.
 */
export function isLogarithmic(values: readonly unknown[]): boolean {
  const numbers = values.filter(value => typeof value === 'number').sort((one, two) => one - two);
  const low = numbers[0] ?? 0;
  const high = numbers.at(-1) ?? 0;
  const median = numbers[Math.floor(numbers.length / 2)] ?? 0;
  if (low <= 0 || high / low < WIDE) {
    return false;
  }
  return Math.log(median / low) / Math.log(high / low) <= MIDDLE;
}
