"""The event loop that a cell runs in: a kernel's cells all run inside of one that is running."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any

_MOST_ROUNDS = 100


class CellLoop:
    """One loop for the cells of a worker, made when asyncio is there. ``say`` writes a line for the user.

    While a cell runs, asyncio finds this loop running, as in a kernel: ``get_running_loop`` has it, ``asyncio.run``
    raises. It turns when something is awaited, and at the cell's end for what is ready by then.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._loop: Any = None
        self._inside = False

    def enter(self) -> None:
        """A cell starts."""
        self._inside = True
        if "asyncio.events" in sys.modules:
            self.appear()

    def appear(self) -> None:
        """asyncio is loaded: let it find the loop if a cell runs."""
        events: Any = sys.modules.get("asyncio.events")
        if not self._inside or events is None or not hasattr(sys.modules.get("asyncio"), "new_event_loop"):
            return
        if self._loop is None or self._loop.is_closed():
            self._loop = events.new_event_loop()
            events.set_event_loop(self._loop)
        self._pretend(running=True)

    def begin(self, coroutine: Coroutine[Any, Any, Any]) -> tuple[Any, Any]:
        """The loop, whose ``run_forever`` is to be called until the coroutine has ended, and its future."""
        import asyncio  # slow to import, and few cells await

        self.appear()
        self._pretend(running=False)
        future = asyncio.ensure_future(coroutine, loop=self._loop)
        future.add_done_callback(_stop)
        return self._loop, future

    def end(self, future: Any) -> None:
        """It has run, or something was raised through it. A method, so that the cell's stack has nothing more."""
        future.remove_done_callback(_stop)
        if future.done() and not future.cancelled():
            future.exception()  # it is known
        self._pretend(running=True)

    def leave(self) -> None:
        """The cell has ended: tasks that can go on at once do, as before the next cell of a kernel."""
        self._inside = False
        loop = self._loop
        if loop is None:
            return
        self._pretend(running=False)
        if not (loop._ready or loop._scheduled) and not _tasks(loop):
            return
        for _ in range(_MOST_ROUNDS):
            if not loop._ready:
                break
            loop.call_soon(loop.stop)
            loop.run_forever()
        self._end_tasks()

    def close(self) -> None:
        """No cell comes any more."""
        self.leave()
        if self._loop is not None:
            self._loop.close()
            self._loop = None

    def _end_tasks(self) -> None:
        loop = self._loop
        left = _tasks(loop)
        self._loop = None  # callbacks may wait in it, too: the next cell gets another
        if left:
            what = "a task" if len(left) == 1 else f"{len(left)} tasks"
            self._say(
                f"{what} of asyncio went on when the cell had ended: a worker does nothing between cells, so they were "
                "cancelled; await them in the cell"
            )
        import asyncio

        try:
            for item in left:
                item.cancel()
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    def _pretend(self, *, running: bool) -> None:
        loop, events = self._loop, sys.modules["asyncio.events"]
        loop._thread_id = threading.get_ident() if running else None
        events._set_running_loop(loop if running else None)


def _stop(future: Any) -> None:
    """End ``run_forever``, unless what was raised already has."""
    if future.cancelled() or not isinstance(future.exception(), (SystemExit, KeyboardInterrupt)):
        future.get_loop().stop()


def _tasks(loop: Any) -> set[Any]:
    module: Any = sys.modules["asyncio"]
    found: set[Any] = module.all_tasks(loop)
    return found
