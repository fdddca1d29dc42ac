"""dask.distributed with a local cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.systems.base import System
from benchmarks.work import WORKERS, tiny


class Dask(System):
    """Futures for coarse work, a bag (its own batches) for tiny work."""

    def start(self) -> None:
        from distributed import Client, LocalCluster

        self._cluster = LocalCluster(n_workers=WORKERS, threads_per_worker=1, processes=True, dashboard_address=None)
        self._client = Client(self._cluster)

    def one(self) -> None:
        self._client.submit(tiny, 0, pure=False).result()

    def many(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        from dask import bag

        return list(bag.from_sequence(items, npartitions=4 * WORKERS).map(function).compute())

    def coarse(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        return list(self._client.gather(self._client.map(function, items, pure=False)))

    def shared(self, function: Callable[[Any, Any], Any], array: Any, items: Sequence[Any]) -> list[Any]:
        [future] = self._client.scatter([array], broadcast=True)
        return list(self._client.gather([self._client.submit(function, future, item, pure=False) for item in items]))

    def stop(self) -> None:
        self._client.close()
        self._cluster.close()
