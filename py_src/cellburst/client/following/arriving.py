"""``run.as_completed()``, ``await run`` and ``async for task in run``."""

from __future__ import annotations

import asyncio
import queue
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cellburst.client.following.arrivals import Arrivals, Ended, Told, Views
from cellburst.client.following.interrupt import interrupted

if TYPE_CHECKING:
    from cellburst.client.runs.run import Run
    from cellburst.client.tables.task_view import TaskView


def as_completed(run: Run, timeout: float | None) -> Iterator[TaskView]:
    """The tasks as they end; those that have ended come first. An interrupt of the wait does what it does to ``wait``.

    Raises TimeoutError ``timeout`` seconds after the first was asked for; the run goes on.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    told: queue.SimpleQueue[Told] = queue.SimpleQueue()
    views = Views(run)
    arrivals = Arrivals(run.id, run.connection, told.put)
    try:
        while True:
            news = _next(run, told, deadline)
            if isinstance(news, Ended):
                _raise(news)
                return
            yield from views.of(news)
    finally:
        arrivals.leave()


def _next(run: Run, told: queue.SimpleQueue[Told], deadline: float | None) -> Told:
    heartbeat = run.connection.settings.live_interval  # the signal of an interrupt may have met another thread
    try:
        while True:
            left = heartbeat if deadline is None else deadline - time.monotonic()
            try:
                return told.get(timeout=max(0.0, min(left, heartbeat)))
            except queue.Empty:
                if left <= 0:
                    raise TimeoutError(f"run {run.id} has not ended yet; it goes on") from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(interrupted(run.record, run.connection)) from None


async def arriving(run: Run) -> AsyncIterator[TaskView]:
    """The same for an event loop, which goes on meanwhile. Whoever is cancelled here leaves the run as it is."""
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[Told] = asyncio.Queue()
    views = Views(run)

    def tell(news: Told) -> None:
        try:
            loop.call_soon_threadsafe(told.put_nowait, news)
        except RuntimeError:  # the loop is closed
            arrivals.leave()

    arrivals = Arrivals(run.id, run.connection, tell)
    try:
        with _waking(run):
            while True:
                news = await told.get()
                if isinstance(news, Ended):
                    _raise(news)
                    return
                for view in views.of(news):
                    yield view
    finally:
        arrivals.leave()


async def ended(run: Run, timeout: float | None, *, cancel: bool) -> None:
    """Until the run has ended. Raises TimeoutError; with ``cancel``, whoever is cancelled here cancels the run, too."""
    try:
        await asyncio.wait_for(_ended(run), timeout)
    except asyncio.TimeoutError:  # another class before Python 3.11
        raise TimeoutError(f"run {run.id} has not ended yet; it goes on") from None
    except asyncio.CancelledError as error:
        if cancel:
            await asyncio.to_thread(run.cancel)
        elif not error.args:
            error.args = (f"run {run.id} goes on; `%remote cancel {run.id}` ends it",)
        raise


async def _ended(run: Run) -> None:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Ended] = loop.create_future()

    def tell(news: Told) -> None:
        if isinstance(news, Ended):
            try:
                loop.call_soon_threadsafe(_settle, done, news)
            except RuntimeError:  # the loop is closed
                arrivals.leave()

    arrivals = Arrivals(run.id, run.connection, tell)
    try:
        with _waking(run):
            _raise(await done)
    finally:
        arrivals.leave()


@contextmanager
def _waking(run: Run) -> Iterator[None]:
    """Wake the event loop now and then: a kernel's hears of an interrupt only when something else happens."""
    loop = asyncio.get_running_loop()
    heartbeat = run.connection.settings.live_interval

    def beat() -> None:
        timers[0] = loop.call_later(heartbeat, beat)

    timers = [loop.call_later(heartbeat, beat)]
    try:
        yield
    finally:
        timers[0].cancel()


def _settle(done: asyncio.Future[Ended], end: Ended) -> None:
    if not done.done():
        done.set_result(end)


def _raise(end: Ended) -> None:
    if end.error is not None:
        raise end.error
