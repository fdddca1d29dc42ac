"""Mean and spread of numbers that come one by one."""

from __future__ import annotations

import math
from dataclasses import dataclass

_NORMAL_95 = 1.959963984540054  # 95 % of a normal distribution lie within so many standard deviations


@dataclass
class Moments:
    """What is known of some numbers, in one pass and without keeping them.

    B. P. Welford, Note on a Method for Calculating Corrected Sums of Squares and Products, Technometrics 4 (1962).
    """

    n: int = 0
    mean: float = math.nan
    min: float = math.nan
    max: float = math.nan
    _squares: float = 0.0

    def add(self, value: float) -> None:
        """One more number."""
        self.n += 1
        if self.n == 1:
            self.mean = self.min = self.max = value
            return
        away = value - self.mean
        self.mean += away / self.n
        self._squares += away * (value - self.mean)
        self.min, self.max = min(self.min, value), max(self.max, value)

    @property
    def std(self) -> float:
        """The sample's standard deviation (n - 1 below the line); nan below two numbers."""
        return math.sqrt(self._squares / (self.n - 1)) if self.n > 1 else math.nan

    @property
    def stderr(self) -> float:
        """The standard error of the mean: ``std / sqrt(n)``."""
        return self.std / math.sqrt(self.n) if self.n > 1 else math.nan

    @property
    def ci95(self) -> float:
        """Half the width of the interval around the mean that covers the truth in 95 of 100 cases (normal law)."""
        return _NORMAL_95 * self.stderr

    def figures(self, n: int | None = None) -> dict[str, float]:
        """All of it by name; with ``n``, as it would be with so many numbers of the same mean and spread."""
        count = self.n if n is None else n
        error = self.std / math.sqrt(count) if count > 1 else math.nan
        return {
            "mean": self.mean,
            "std": self.std,
            "stderr": error,
            "ci95": _NORMAL_95 * error,
            "n": float(count),
            "min": self.min,
            "max": self.max,
        }
