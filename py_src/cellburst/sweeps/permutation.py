"""Numbers that look random and are the same on every machine, each computed when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

_MASK = (1 << 64) - 1
_ROUNDS = 6
_STEP = 0x9E3779B97F4A7C15


def mixed(number: int) -> int:
    """64 bits from 64 bits, each of which depends on each: the finalizer of splitmix64 (Steele, Lea, Flood 2014)."""
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    number = (number ^ number >> 27) * 0x94D049BB133111EB & _MASK
    return number ^ number >> 31


def stream(seed: int, number: int) -> int:
    """The seed of stream ``number`` of a run's seed."""
    found = mixed((number + 1) * _STEP & _MASK)
    while True:
        found = mixed((found ^ seed & _MASK) + _STEP & _MASK)
        seed >>= 64
        if not seed:
            return found


def unit(key: int, index: int) -> float:
    """A number in [0, 1), with 53 random bits."""
    return (mixed(key + (index + 1) * _STEP & _MASK) >> 11) * 2.0**-53


class Shuffled(Sequence[int]):
    """The first ``length`` of the numbers below ``count`` in random order, none twice; nothing is stored.

    A Feistel network over the next power of two, walked on until it lands below ``count`` (Black, Rogaway 2002).
    """

    def __init__(self, count: int, length: int, key: int) -> None:
        if not 0 <= length <= count:
            raise ValueError(f"{length} of {count} numbers")
        bits = max((count - 1).bit_length(), 2)
        self._count = count
        self._length = length
        self._low = bits // 2
        self._high = bits - self._low
        self._keys = [mixed(key + turn * _STEP & _MASK) for turn in range(_ROUNDS)]

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index):  # type: ignore[no-untyped-def]  # numbers only, no slices
        if not 0 <= index < self._length:
            raise IndexError(index)
        return self.at(index)

    def at(self, index: int) -> int:
        """The number at place ``index``, below the count."""
        index = self._turned(index)
        while index >= self._count:
            index = self._turned(index)
        return index

    def _turned(self, number: int) -> int:
        low_bits, high_bits = self._low, self._high
        high, low = number >> low_bits, number & (1 << low_bits) - 1
        for key in self._keys:  # the halves change places, and so do their sizes
            high, low = low, (high ^ mixed(key ^ low)) & (1 << high_bits) - 1
            low_bits, high_bits = high_bits, low_bits
        return high << low_bits | low
