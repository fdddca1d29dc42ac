"""Workers for tests: one that many tests share, as runs share one in a pool, and fresh ones for rougher tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.worker.harness import WorkerProcess

Start = Callable[..., WorkerProcess]


@pytest.fixture(scope="package")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    """The shared worker: tests must leave it as they found it, which is the worker's business."""
    made = WorkerProcess(tmp_path_factory.mktemp("worker"))
    yield made
    made.close()


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Start]:
    """Workers that end with the test."""
    started: list[WorkerProcess] = []

    def start(**options: object) -> WorkerProcess:
        started.append(WorkerProcess(tmp_path, **options))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for made in started:
        made.close()
