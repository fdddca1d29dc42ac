"""ipyparallel's load-balanced view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.systems.base import System
from benchmarks.work import WORKERS, tiny


class Ipyparallel(System):
    """Chunks by hand for tiny work; the array is pushed once to each engine."""

    def start(self) -> None:
        import ipyparallel

        self._ipp = ipyparallel
        self._cluster = ipyparallel.Cluster(n=WORKERS, log_level=40)
        self._client = self._cluster.start_and_connect_sync(activate=False)
        self._client.wait_for_engines(WORKERS, interactive=False)
        self._view = self._client.load_balanced_view()

    def one(self) -> None:
        self._view.apply_sync(tiny, 0)

    def many(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        return list(self._view.map_sync(function, items, chunksize=max(1, len(items) // (4 * WORKERS))))

    def coarse(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        return list(self._view.map_sync(function, items, chunksize=1))

    def shared(self, function: Callable[[Any, Any], Any], array: Any, items: Sequence[Any]) -> list[Any]:
        self._client[:].push({"shared_array": array}, block=True)
        reference = self._ipp.Reference("shared_array")
        waiting = [self._view.apply_async(function, reference, item) for item in items]
        return [result.get() for result in waiting]

    def stop(self) -> None:
        self._client.close()
        self._cluster.stop_cluster_sync()
