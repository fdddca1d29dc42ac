"""A clock that only a test moves."""

from __future__ import annotations


class FakeClock:
    """All three times go on together, by ``advance``."""

    def __init__(self, wall: float = 1_700_000_000.0) -> None:
        self._wall = wall
        self._monotonic = 1000.0
        self._boot = 1000.0

    def wall(self) -> float:
        return self._wall

    def monotonic(self) -> float:
        return self._monotonic

    def boot(self) -> float:
        return self._boot

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._wall += seconds
        self._monotonic += seconds
        self._boot += seconds
