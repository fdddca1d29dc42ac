"""One call of an executor, and the future that its caller has."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any


class CallFuture(Future[Any]):
    """A future as the standard library has them, whose cancelling takes the call back from where it waits."""

    def __init__(self, take_back: Callable[[CallFuture], None]) -> None:
        super().__init__()
        self._take_back = take_back
        self._begun = False

    def begin(self) -> bool:
        """From now on it cannot be cancelled; False if it was before. May be said again."""
        with self._condition:
            if self._begun:
                return not self.cancelled()
            self._begun = True
            return self.set_running_or_notify_cancel()

    def cancel(self) -> bool:
        """Take the call back; False if a worker has it already, or had it."""
        if not super().cancel():
            return False
        with self._condition:
            first, self._begun = not self._begun, True
            if first:  # at once: whoever waits need not wait for a worker
                self.set_running_or_notify_cancel()
        if first:
            self._take_back(self)
        return True

    def interrupt(self) -> None:
        """Cancel the call also while a worker executes it: its task ends as one that is cancelled in the panel."""
        if not self.cancel():
            self._take_back(self)


@dataclass(slots=True, eq=False)
class Call:
    """What is to be called, under the name that people see. ``forget`` lets go of the objects once they are packed."""

    future: CallFuture
    name: str
    function: Callable[..., Any] | None
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def forget(self) -> None:
        """Nothing of the caller's is kept longer than it is needed."""
        self.function, self.args, self.kwargs = None, (), {}
