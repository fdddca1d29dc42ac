"""Ray's tasks and its object store."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.systems.base import System
from benchmarks.work import WORKERS, tiny


class Ray(System):
    """Its own multiprocessing pool for tiny work, remote functions for the rest."""

    def start(self) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        import ray

        self._ray = ray
        ray.init(num_cpus=WORKERS, include_dashboard=False, logging_level="ERROR")
        self._remotes: dict[Any, Any] = {}
        self._pool: Any = None

    def one(self) -> None:
        self._ray.get(self._remote(tiny).remote(0))

    def many(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        if self._pool is None:
            from ray.util.multiprocessing import Pool

            self._pool = Pool(WORKERS)
        return list(self._pool.map(function, items))

    def coarse(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        remote = self._remote(function)
        return list(self._ray.get([remote.remote(item) for item in items]))

    def shared(self, function: Callable[[Any, Any], Any], array: Any, items: Sequence[Any]) -> list[Any]:
        reference, remote = self._ray.put(array), self._remote(function)
        return list(self._ray.get([remote.remote(reference, item) for item in items]))

    def stop(self) -> None:
        self._ray.shutdown()

    def _remote(self, function: Callable[..., Any]) -> Any:
        if function not in self._remotes:
            self._remotes[function] = self._ray.remote(function)
        return self._remotes[function]
