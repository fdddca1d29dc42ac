"""CPython's own pools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from benchmarks.systems.base import System
from benchmarks.work import WORKERS, tiny

_array: Any = None


def _keep(array: Any) -> None:
    global _array
    _array = array


class _WithKept:
    """Calls the function with the array that the initializer kept in the worker."""

    def __init__(self, function: Callable[[Any, Any], Any]) -> None:
        self.function = function

    def __call__(self, item: Any) -> Any:
        return self.function(_array, item)


class Multiprocessing(System):
    """The `spawn` pool: as safe beside threads as ours."""

    def start(self) -> None:
        self._context = get_context("spawn")
        self._pool = self._context.Pool(WORKERS)

    def one(self) -> None:
        self._pool.apply(tiny, (0,))

    def many(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        return self._pool.map(function, items)

    def coarse(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        return self._pool.map(function, items, chunksize=1)

    def shared(self, function: Callable[[Any, Any], Any], array: Any, items: Sequence[Any]) -> list[Any]:
        with self._context.Pool(WORKERS, initializer=_keep, initargs=(array,)) as pool:
            return pool.map(_WithKept(function), items, chunksize=1)

    def stop(self) -> None:
        self._pool.close()
        self._pool.join()


class Futures(System):
    """The executor with its default start method (fork on Linux below Python 3.14): no copy of the array at all."""

    def start(self) -> None:
        self._executor = ProcessPoolExecutor(WORKERS)

    def one(self) -> None:
        self._executor.submit(tiny, 0).result()

    def many(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        return list(self._executor.map(function, items, chunksize=max(1, len(items) // (4 * WORKERS))))

    def coarse(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        return list(self._executor.map(function, items))

    def shared(self, function: Callable[[Any, Any], Any], array: Any, items: Sequence[Any]) -> list[Any]:
        with ProcessPoolExecutor(WORKERS, initializer=_keep, initargs=(array,)) as executor:
            return list(executor.map(_WithKept(function), items))

    def executor(self) -> Executor:
        return self._executor

    def stop(self) -> None:
        self._executor.shutdown()
