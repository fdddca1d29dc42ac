"""Which of the pool's messages can be acknowledged: in their order, once all of their outcomes are in the bucket."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

Key = tuple[int, int]


class Receipts:
    """An acknowledgement tells the pool that everything up to that message is kept, so none may overtake another."""

    def __init__(self) -> None:
        self._messages: deque[tuple[set[Key], Callable[[], None]]] = deque()
        self._waiting: dict[Key, list[set[Key]]] = {}

    def expect(self, keys: Iterable[Key], done: Callable[[], None]) -> None:
        """Call ``done`` once all ``keys`` are settled, and all messages before."""
        missing = set(keys)
        for key in missing:
            self._waiting.setdefault(key, []).append(missing)
        self._messages.append((missing, done))
        self._acknowledge()

    def settle(self, keys: Iterable[Key]) -> None:
        """What became of these is written down."""
        for key in keys:
            for missing in self._waiting.pop(key, ()):
                missing.discard(key)
        self._acknowledge()

    def _acknowledge(self) -> None:
        while self._messages and not self._messages[0][0]:
            self._messages.popleft()[1]()
