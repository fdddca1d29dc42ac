"""``cellburst.AsyncExecutor``: the same for code that awaits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import Future
from types import TracebackType
from typing import Any

from cellburst.client.executors.executor import Executor
from cellburst.client.executors.futures import CallFuture
from cellburst.client.runs.run import Run


class AsyncExecutor:
    """An ``Executor`` whose futures are awaited; takes what that takes.

    Cancelling what awaits a call cancels the call, also one that a worker executes. The plain ``executor`` inside
    can be given to ``loop.run_in_executor``.
    """

    def __init__(self, target: str = "local", parallel: int | None = None, **options: Any) -> None:
        self.executor = Executor(target, parallel, **options)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> asyncio.Future[Any]:
        """Call ``fn(*args, **kwargs)`` on a worker: ``await`` gives its result. Raises as ``Executor.submit``."""
        call = self.executor.submit(fn, *args, **kwargs)
        future = asyncio.wrap_future(call)
        future.add_done_callback(lambda ended: _cancelled(ended, call))
        return future

    async def map(
        self, fn: Callable[..., Any], *iterables: Iterable[Any], ahead: int | None = None, ordered: bool = True
    ) -> AsyncIterator[Any]:
        """``async for`` over the results as they come: in the order of the arguments, or whichever is there first.

        No more than ``ahead`` calls are submitted before results are read (None: all). Calls that are not read any
        more are cancelled. The first exception of a call is raised.
        """
        if ahead is not None and ahead < 1:
            raise ValueError("ahead must be None or > 0")
        arguments = zip(*iterables)  # noqa: B905 as map does
        waiting: dict[asyncio.Future[Any], None] = {}
        more = True
        try:
            while True:
                while more and (ahead is None or len(waiting) < ahead):
                    args = next(arguments, None)
                    more = args is not None
                    if args is not None:
                        waiting[self.submit(fn, *args)] = None
                if not waiting:
                    return
                for future in await _next(waiting, ordered=ordered):
                    del waiting[future]
                    yield await future
        finally:
            for future in waiting:
                future.cancel()

    async def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As ``Executor.shutdown``; other tasks of the loop go on meanwhile."""
        self.executor.shutdown(wait=False, cancel_futures=cancel_futures)
        if wait:
            await asyncio.to_thread(self.executor.shutdown)

    @property
    def run(self) -> Run | None:
        """The run that has the calls as its tasks; None before the first one."""
        return self.executor.run

    async def __aenter__(self) -> AsyncExecutor:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and issubclass(kind, (asyncio.CancelledError, KeyboardInterrupt)):
            self.executor.cancel()
        await self.shutdown()


async def _next(waiting: dict[asyncio.Future[Any], None], *, ordered: bool) -> list[asyncio.Future[Any]]:
    if ordered:
        first = next(iter(waiting))
        await asyncio.wait([first])
        return [first]
    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    return [future for future in waiting if future in done]


def _cancelled(ended: asyncio.Future[Any], call: Future[Any]) -> None:
    if ended.cancelled() and isinstance(call, CallFuture):
        call.interrupt()
