"""``Executor.map``: results in the order of the arguments, while others are still computed."""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Any


def in_order(
    submit: Callable[[Any], Future[Any]], arguments: Iterator[Any], timeout: float | None, ahead: int | None
) -> Iterator[Any]:
    """The result of ``submit`` for each of ``arguments``, of which at most ``ahead`` are taken before they are read."""
    deadline = None if timeout is None else time.monotonic() + timeout
    waiting = deque(map(submit, itertools.islice(arguments, ahead)))
    return _results(waiting, deadline, lambda: waiting.extend(map(submit, itertools.islice(arguments, 1))))


def members(chunks: Iterable[list[Any]]) -> Iterator[Any]:
    """What is in lists, one after the other, which nothing of ours refers to any more."""
    for chunk in chunks:
        chunk.reverse()
        while chunk:
            yield chunk.pop()


def _results(waiting: deque[Future[Any]], deadline: float | None, more: Callable[[], None]) -> Iterator[Any]:
    try:
        while waiting:
            yield _taken(waiting, deadline, more)
    finally:
        for future in waiting:
            future.cancel()


def _taken(waiting: deque[Future[Any]], deadline: float | None, more: Callable[[], None]) -> Any:
    """The next result, which nothing of ours refers to any more."""
    future = waiting[0]
    try:
        result = future.result(None if deadline is None else deadline - time.monotonic())
    except BaseException:
        future.cancel()
        raise
    waiting.popleft()
    more()
    return result
