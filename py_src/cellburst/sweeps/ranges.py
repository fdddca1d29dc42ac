"""Ranges of values, for samples and for searches: ``uniform(0, 1)``, ``loguniform(1e-5, 1e-1)``, ``choice([...])``.

Bounds are included. Each range maps a place in [0, 1) to a value, with Python's own arithmetic, so that a place gives
the same value on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cellburst.errors import SweepError
from cellburst.model.search import Dimension
from cellburst.sweeps.shown import shown
from cellburst.sweeps.spacing import arange, geomspace, linspace

_DIGITS = 10  # of values from a logarithm: libraries of C differ in the last of their 17


class Range:
    """What a parameter may be. ``values`` are all of them where they are few and equally likely, else None."""

    values: Sequence[Any] | None = None
    size: int | None = None
    """How many different values there are; None if they are too many to count."""

    def at(self, place: float) -> Any:
        """The value at ``place``, which lies in [0, 1)."""
        raise NotImplementedError

    def dimension(self, name: str, when: str = "") -> Dimension:
        """The same for a search."""
        raise NotImplementedError


@dataclass(frozen=True)
class Uniform(Range):
    """Numbers between ``low`` and ``high``, evenly."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _check("uniform", self.low, self.high)

    def at(self, place: float) -> float:
        return min(self.low + place * (self.high - self.low), self.high)

    def dimension(self, name: str, when: str = "") -> Dimension:
        return Dimension(name, "float", self.low, self.high, when=when)

    def __repr__(self) -> str:
        return f"uniform({self.low}, {self.high})"


@dataclass(frozen=True)
class LogUniform(Range):
    """Numbers between ``low`` and ``high``, evenly in their logarithm."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _check("loguniform", self.low, self.high, least=0.0)

    def at(self, place: float) -> float:
        low, high = math.log(self.low), math.log(self.high)
        value = float(f"{math.exp(low + place * (high - low)):.{_DIGITS}g}")
        return min(max(value, self.low), self.high)

    def dimension(self, name: str, when: str = "") -> Dimension:
        return Dimension(name, "float", self.low, self.high, log=True, when=when)

    def __repr__(self) -> str:
        return f"loguniform({self.low}, {self.high})"


@dataclass(frozen=True)
class RandInt(Range):
    """Whole numbers from ``low`` to ``high``, each equally likely."""

    low: int
    high: int

    def __post_init__(self) -> None:
        _check("randint", self.low, self.high, whole=True)

    @property
    def values(self) -> Sequence[Any]:  # type: ignore[override]
        return range(self.low, self.high + 1)

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.high - self.low + 1

    def at(self, place: float) -> int:
        return min(self.low + int(place * self.size), self.high)

    def dimension(self, name: str, when: str = "") -> Dimension:
        return Dimension(name, "int", self.low, self.high, when=when)

    def __repr__(self) -> str:
        return f"randint({self.low}, {self.high})"


@dataclass(frozen=True)
class LogRandInt(Range):
    """Whole numbers from ``low`` to ``high``, evenly in their logarithm: small ones are likelier."""

    low: int
    high: int

    def __post_init__(self) -> None:
        _check("lograndint", self.low, self.high, whole=True, least=0)

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.high - self.low + 1

    def at(self, place: float) -> int:
        low, high = math.log(self.low - 0.5), math.log(self.high + 0.5)
        value = float(f"{math.exp(low + place * (high - low)):.{_DIGITS}g}")
        return min(max(math.floor(value + 0.5), self.low), self.high)

    def dimension(self, name: str, when: str = "") -> Dimension:
        return Dimension(name, "int", self.low, self.high, log=True, when=when)

    def __repr__(self) -> str:
        return f"lograndint({self.low}, {self.high})"


@dataclass(frozen=True)
class QUniform(Range):
    """``low``, ``low + step`` and so on up to ``high``, each equally likely."""

    low: float
    high: float
    step: float

    def __post_init__(self) -> None:
        _check("quniform", self.low, self.high)
        if not _is_number(self.step) or not self.step > 0:
            raise SweepError(f"quniform: the step must be a number above 0, not {self.step!r}")

    @property
    def size(self) -> int:  # type: ignore[override]
        return int((self.high - self.low) / self.step * (1 + 1e-12) + 1e-9) + 1

    @property
    def values(self) -> Sequence[Any]:  # type: ignore[override]
        return Steps(self)

    def step_at(self, number: int) -> float:
        """The value after so many steps."""
        value = self.low + number * self.step
        return value if isinstance(value, int) else min(max(float(f"{value:.12g}"), self.low), self.high)

    def at(self, place: float) -> float:
        return self.step_at(min(int(place * self.size), self.size - 1))

    def dimension(self, name: str, when: str = "") -> Dimension:
        whole = all(isinstance(number, int) for number in (self.low, self.high, self.step))
        return Dimension(name, "int" if whole else "float", self.low, self.high, self.step, when=when)

    def __repr__(self) -> str:
        return f"quniform({self.low}, {self.high}, {self.step})"


class Steps(Sequence[Any]):
    """The values of a range with steps, made when they are asked for."""

    def __init__(self, steps: QUniform) -> None:
        self._steps = steps
        self._length = steps.size

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: Any) -> Any:
        if not 0 <= index < self._length:
            raise IndexError(index)
        return self._steps.step_at(index)


@dataclass(frozen=True)
class Choice(Range):
    """One of ``values``, each equally likely."""

    values: Sequence[Any]

    @property
    def size(self) -> int:  # type: ignore[override]
        return len(self.values)

    def at(self, place: float) -> Any:
        return self.values[min(int(place * len(self.values)), len(self.values) - 1)]

    def dimension(self, name: str, when: str = "") -> Dimension:
        return Dimension(name, "choice", choices=tuple(shown(self.values[i]) for i in range(self.size)), when=when)

    def __repr__(self) -> str:
        return f"choice({self.values!r})"


def uniform(low: float, high: float) -> Uniform:
    """Numbers between ``low`` and ``high``, evenly. Raises SweepError for bounds that cannot be meant."""
    return Uniform(low, high)


def loguniform(low: float, high: float) -> LogUniform:
    """Numbers between ``low`` and ``high`` (above 0), evenly in their logarithm."""
    return LogUniform(low, high)


def randint(low: int, high: int) -> RandInt:
    """Whole numbers from ``low`` to ``high``, both included."""
    return RandInt(low, high)


def lograndint(low: int, high: int) -> LogRandInt:
    """Whole numbers from ``low`` (above 0) to ``high``, evenly in their logarithm."""
    return LogRandInt(low, high)


def quniform(low: float, high: float, step: float) -> QUniform:
    """``low``, ``low + step`` and so on up to ``high``."""
    return QUniform(low, high, step)


def choice(values: Iterable[Any]) -> Choice:
    """One of ``values``. Raises SweepError if there are none, or if it is a text."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise SweepError(f"choice takes a list of values, not {values!r}")
    found = values if isinstance(values, (list, tuple, range)) else list(values)
    if not found:
        raise SweepError("choice: there are no values to choose from")
    return Choice(found)


RANGES = {
    "uniform": uniform,
    "loguniform": loguniform,
    "randint": randint,
    "lograndint": lograndint,
    "quniform": quniform,
    "choice": choice,
    "arange": arange,
    "linspace": linspace,
    "geomspace": geomspace,
}
"""By the names that they have in ``-p NAME=loguniform(1e-5, 1e-1)``."""


def _check(kind: str, low: Any, high: Any, *, whole: bool = False, least: float | None = None) -> None:
    for bound in (low, high):
        if not _is_number(bound):
            raise SweepError(f"{kind}({low!r}, {high!r}): {bound!r} is no finite number")
        if whole and not isinstance(bound, int):
            raise SweepError(f"{kind}({low!r}, {high!r}): the bounds are whole numbers, and {bound!r} is not")
    if least is not None and not low > least:
        raise SweepError(f"{kind}({low!r}, {high!r}): a logarithm needs a lower bound above 0")
    if not low < high:
        raise SweepError(f"{kind}({low!r}, {high!r}): the first bound must be below the second")


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value)
