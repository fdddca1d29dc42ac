"""joblib over loky, and loky itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, cast

from benchmarks.systems.base import System
from benchmarks.work import WORKERS, tiny


class Joblib(System):
    """`Parallel(n_jobs=...)`: large arrays become memory-mapped files by themselves."""

    def start(self) -> None:
        import joblib

        self._joblib = joblib

    def one(self) -> None:
        self.many(tiny, [0])

    def many(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        call = self._joblib.delayed(function)
        return list(self._joblib.Parallel(n_jobs=WORKERS)(call(item) for item in items))

    def shared(self, function: Callable[[Any, Any], Any], array: Any, items: Sequence[Any]) -> list[Any]:
        call = self._joblib.delayed(function)
        return list(self._joblib.Parallel(n_jobs=WORKERS)(call(array, item) for item in items))

    def stop(self) -> None:
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor().shutdown(wait=True)


class Loky(System):
    """The executor; it has no way of its own to share an array, so that is left out."""

    def start(self) -> None:
        from loky import get_reusable_executor

        self._executor = get_reusable_executor(max_workers=WORKERS)

    def one(self) -> None:
        self._executor.submit(tiny, 0).result()

    def many(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        return list(self._executor.map(function, items, chunksize=max(1, len(items) // (4 * WORKERS))))

    def coarse(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        return list(self._executor.map(function, items))

    def executor(self) -> Executor:
        return cast(Executor, self._executor)

    def stop(self) -> None:
        self._executor.shutdown()
