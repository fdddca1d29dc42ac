"""Whether the bucket and the queue can be reached, judged by what was tried and not by how much time went by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cellburst.abc import Clock
from cellburst.errors import AccessError, CloudError

GIVE_UP = 1800.0
"""Seconds without a single answer after which a machine ends itself."""
_CALM = 10.0  # seconds after a refusal in which nothing new is begun
_LEAST = 10  # failures: a machine that woke up from a long sleep has to try first


class Reach:
    """Counts what failed since the last answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: float | None = None
        self._failures = 0
        self._refused = -_CALM
        self.reason = ""

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Around a call; CloudErrors pass through."""
        try:
            yield
        except AccessError as error:
            self._refused = self._clock.boot()
            self._failed(error)
            raise
        except CloudError as error:
            self._failed(error)
            raise
        self._since, self._failures, self.reason = None, 0, ""

    def attempt(self, call: Callable[[], object]) -> bool:
        """Whether the call went through; a CloudError is only counted."""
        try:
            with self.trying():
                call()
        except CloudError:
            return False
        return True

    @property
    def calm(self) -> bool:
        """Whether it was refused a moment ago: that is for people to settle, and no reason to hurry."""
        return self._clock.boot() - self._refused < _CALM

    @property
    def lost(self) -> bool:
        """Whether nothing was answered for so long that there is no use in staying."""
        return self._since is not None and self._failures >= _LEAST and self._clock.boot() - self._since >= GIVE_UP

    def _failed(self, error: CloudError) -> None:
        if self._since is None:
            self._since = self._clock.boot()
        self._failures += 1
        self.reason = str(error)
