"""``joblib.parallel_config(backend="cellburst", target=...)``: joblib's calls as tasks, each ``Parallel`` a run.

Loaded by joblib itself when the name is first used (``joblib_names.py``).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from joblib.parallel import (  # type: ignore[import-untyped]
    AutoBatchingMixin,
    FallbackToBackend,
    ParallelBackendBase,
    SequentialBackend,
    ThreadingBackend,
)

from cellburst.client.connecting.discover import offline
from cellburst.client.executors.executor import Executor, submit_options
from cellburst.client.executors.run import planned
from cellburst.client.starting.calls import name_of
from cellburst.wire.worker import MARKER

Batch = Callable[[], Any]


class CellburstBackend(AutoBatchingMixin, ParallelBackendBase):  # type: ignore[misc]
    """Batches of joblib on the workers of a target.

    ``target`` and the other keywords are the options of an ``Executor``. What calls joblib inside of a task gets
    threads, and below those runs one after the other, as with joblib's own processes.
    """

    supports_retrieve_callback = True
    default_n_jobs = -1

    def __init__(self, target: str = "local", nesting_level: int | None = None, **options: Any) -> None:
        super().__init__(nesting_level=nesting_level)
        self._options = {"target": target, **options}
        Executor(**self._options)  # what cannot be meant is said now
        self._executor: Executor | None = None
        self._n_jobs = 1
        self._places = 0

    def effective_n_jobs(self, n_jobs: int | None) -> int:
        """How many tasks run at once: -1 is as many as the target takes, -2 one less."""
        if n_jobs == 0:
            raise ValueError("n_jobs == 0 in Parallel has no meaning")
        if n_jobs is None or n_jobs == 1:
            return 1
        if MARKER in os.environ:
            return int(ThreadingBackend(nesting_level=1).effective_n_jobs(n_jobs))
        if n_jobs > 0:
            return n_jobs
        self._places = self._places or _places(self._options)
        return max(1, self._places + 1 + n_jobs)

    def configure(self, n_jobs: int = 1, parallel: Any = None, **_: Any) -> int:
        """A call of ``Parallel`` begins. What joblib says of memory maps is left aside: large arrays are blobs."""
        found = self.effective_n_jobs(n_jobs)
        if found == 1:
            raise FallbackToBackend(SequentialBackend(nesting_level=self.nesting_level))
        if MARKER in os.environ:
            raise FallbackToBackend(ThreadingBackend(nesting_level=1))
        self.parallel = parallel
        self._n_jobs = found
        self._executor = self._made()
        return found

    def submit(self, func: Batch, callback: Callable[[Future[Any]], Any] | None = None) -> Future[Any]:
        """Send a batch of calls."""
        assert self._executor is not None
        future = self._executor.submit_named(_name(func), func, (), {})
        if callback is not None:
            future.add_done_callback(callback)
        return future

    apply_async = submit  # its name before joblib 1.5

    def retrieve_result_callback(self, out: Future[Any]) -> Any:
        """The results of a batch. Raises what one of its calls raised."""
        return out.result()

    def terminate(self) -> None:
        """The call of ``Parallel`` has ended, or was given up."""
        if self._executor is not None:
            self._executor.shutdown(wait=False)
            self._executor = None
        self.reset_batch_stats()

    def abort_everything(self, ensure_ready: bool = True) -> None:
        """Cancel what is in flight: an exception or an interrupt makes it useless."""
        if self._executor is not None:
            self._executor.cancel()
            self._executor.shutdown(wait=False)
            self._executor = self._made() if ensure_ready else None

    def _made(self) -> Executor:
        return Executor(**{"parallel": self._n_jobs, **self._options})


def _name(batch: Any) -> str:
    """What the first call of a batch calls."""
    calls = getattr(batch, "items", None)
    return name_of(calls[0][0]) if calls else "joblib"


def _places(options: dict[str, Any]) -> int:
    """How many tasks the target runs at once: this machine's workers, or all that the planned machines take.

    Raises ControllerError, and what a plan raises.
    """
    connection = offline()
    plan = planned(submit_options(**options), connection)
    if plan is not None:
        return max(1, plan.machines * plan.workers)
    link = connection.link()
    connection.give_back(link)
    return max(1, link.welcome.capacity)
