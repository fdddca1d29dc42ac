"""Evenly spaced numbers for ``-p``, without numpy: ``linspace(0, 1, 5)``, ``arange(0, 1, 0.1)``.

Named as numpy's, and rounded to the digits that a person can mean: 0.3, not 0.30000000000000004.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from cellburst.errors import SweepError

MOST = 10_000_000


def arange(start: float, stop: float, step: float = 1) -> Sequence[int | float]:
    """From ``start`` to before ``stop``. Raises SweepError when there is no such number, or more than ten million."""
    if step == 0:
        raise SweepError("the step is 0")
    if all(isinstance(bound, int) for bound in (start, stop, step)):
        found: Sequence[int | float] = range(int(start), int(stop), int(step))
        _check_count(len(found))
    else:
        count = max(math.ceil(round((stop - start) / step, 9)), 0)
        _check_count(count)
        found = [neat(start + place * step) for place in range(count)]
    if not found:
        raise SweepError(f"no value lies from {start} to before {stop} in steps of {step}")
    return found


def linspace(start: float, stop: float, count: int = 50) -> list[float]:
    """``count`` numbers with equal distances, both ends included."""
    _check_count(count)
    if count == 1:
        return [float(start)]
    return [neat(start + (stop - start) * place / (count - 1)) for place in range(count)]


def geomspace(start: float, stop: float, count: int = 50) -> list[float]:
    """``count`` numbers with equal ratios, both ends included. Raises SweepError unless both are above 0."""
    _check_count(count)
    if start <= 0 or stop <= 0:
        raise SweepError("both ends of logarithmic values are above 0")
    if count == 1:
        return [float(start)]
    low, high = math.log(start), math.log(stop)
    inner = [neat(math.exp(low + (high - low) * place / (count - 1)), 12) for place in range(1, count - 1)]
    return [float(start), *inner, float(stop)]


def neat(number: float, digits: int = 15) -> float:
    """``number`` with at most so many digits."""
    return float(f"{number:.{digits}g}")


def _check_count(count: int) -> None:
    if count > MOST:
        raise SweepError(f"these are {count:,} values; the limit is {MOST:,}")
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise SweepError(f"how many is a whole number, not {count!r}")
