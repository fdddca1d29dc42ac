"""What a system must be able to do to be measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any


class System:
    """Start, do the work in the way its own documentation recommends, end."""

    name = ""

    def start(self) -> None: ...

    def one(self) -> None:
        """A single trivial task, to its result."""
        raise NotImplementedError

    def many(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        """Many tiny tasks, batched as the system likes."""
        raise NotImplementedError

    def coarse(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        """Tasks that take long, or whose results are large: one at a time to each worker."""
        return self.many(function, items)

    def shared(self, function: Callable[[Any, Any], Any], array: Any, items: Sequence[Any]) -> list[Any]:
        """Tasks that all read one large array."""
        raise NotImplementedError

    def executor(self) -> Executor:
        """As the standard library has them, if the system has one."""
        raise NotImplementedError

    def stop(self) -> None: ...
