"""Seeds of tasks: those that numpy's ``SeedSequence`` gives its children, computed without numpy.

The algorithm is M. E. O'Neill's seed sequence in the form that numpy documents and keeps stable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

_MASK = 0xFFFFFFFF
_POOL = 4  # words
_INIT_A, _MULT_A = 0x43B0D7E5, 0x931E8875
_INIT_B, _MULT_B = 0x8B51F9DD, 0x58F38DED
_MIX_L, _MIX_R = 0xCA01F9DD, 0x4973F715


def task_seed(run_seed: int, index: int) -> int:
    """The 64-bit seed of task ``index``.

    Equal to ``SeedSequence(run_seed, spawn_key=(index,)).generate_state(1, uint64)[0]``.
    Raises ValueError when either is negative.
    """
    return _seeder(run_seed)(index)


def task_seed_by(run_seed: int, words: Sequence[int]) -> int:
    """The 64-bit seed of a task that is told by 32-bit words instead of its number.

    Equal to ``SeedSequence(run_seed, spawn_key=words).generate_state(1, uint64)[0]``.
    """
    return _seed_of_words(*_prepared(run_seed), words)


@lru_cache(maxsize=16)
def _seeder(run_seed: int) -> Callable[[int], int]:
    """What gives the seeds of one run; all that does not depend on the task is done here."""
    pool, constant = _prepared(run_seed)

    def seed(index: int) -> int:
        return quick(index) if 0 <= index <= _MASK else _seed_of_words(pool, constant, _words(index))

    quick = _quick_seeder(pool, constant)
    return seed


@lru_cache(maxsize=16)
def _prepared(run_seed: int) -> tuple[list[int], int]:
    """The mixed pool of a run's seed, and the constant that hashes what comes next."""
    entropy = _words(run_seed)
    entropy += [0] * (_POOL - len(entropy))
    return _mixed_pool(entropy)


def _seed_of_words(pool: list[int], hashing: int, key: Sequence[int]) -> int:
    words = list(pool)
    for source in key:
        for place in range(_POOL):
            hashed, hashing = _hash(source, hashing, _MULT_A)
            words[place] = _mix(words[place], hashed)
    low, hashing = _hash(words[0], _INIT_B, _MULT_B)
    high, _ = _hash(words[1], hashing, _MULT_B)
    return low | high << 32


def _quick_seeder(pool: list[int], constant: int) -> Callable[[int], int]:
    """The same for a number of one word, written out: only two words of the pool reach the seed."""
    second = constant * _MULT_A & _MASK
    third = second * _MULT_A & _MASK
    output = _INIT_B * _MULT_B & _MASK
    output_second = output * _MULT_B & _MASK
    left, right = _MIX_L * pool[0], _MIX_L * pool[1]

    def quick(index: int) -> int:
        low = (index ^ constant) * second & _MASK
        low = (left - _MIX_R * (low ^ low >> 16)) & _MASK
        low = ((low ^ low >> 16) ^ _INIT_B) * output & _MASK
        high = (index ^ second) * third & _MASK
        high = (right - _MIX_R * (high ^ high >> 16)) & _MASK
        high = ((high ^ high >> 16) ^ output) * output_second & _MASK
        return low ^ low >> 16 | (high ^ high >> 16) << 32

    return quick


def _mixed_pool(entropy: list[int]) -> tuple[list[int], int]:
    constant = _INIT_A
    pool = []
    for word in entropy[:_POOL]:
        hashed, constant = _hash(word, constant, _MULT_A)
        pool.append(hashed)
    for source in range(_POOL):
        for place in range(_POOL):
            if source != place:
                hashed, constant = _hash(pool[source], constant, _MULT_A)
                pool[place] = _mix(pool[place], hashed)
    for word in entropy[_POOL:]:
        for place in range(_POOL):
            hashed, constant = _hash(word, constant, _MULT_A)
            pool[place] = _mix(pool[place], hashed)
    return pool, constant


def _hash(value: int, constant: int, multiplier: int) -> tuple[int, int]:
    """A word hashed, and the constant for the next."""
    following = constant * multiplier & _MASK
    value = (value ^ constant) * following & _MASK
    return value ^ value >> 16, following


def _mix(left: int, right: int) -> int:
    value = (_MIX_L * left - _MIX_R * right) & _MASK
    return value ^ value >> 16


def _words(number: int) -> list[int]:
    """A number as 32-bit words, the lowest first."""
    if number < 0:
        raise ValueError(f"a seed and a task's number are not negative, and {number} is")
    words = [number & _MASK]
    while number := number >> 32:
        words.append(number & _MASK)
    return words
