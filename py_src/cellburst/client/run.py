"""The handle of a run: everything that can be asked of one and done to one."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from cellburst.client import collect
from cellburst.client.connection import Connection
from cellburst.client.delivered import Delivered
from cellburst.client.follow import NullListener, RunListener, follow
from cellburst.client.interrupt import interrupted
from cellburst.client.logs import log_text
from cellburst.client.origin import new_key
from cellburst.client.outcomes import Outcomes
from cellburst.client.results import Results
from cellburst.client.shown import mimebundle
from cellburst.errors import UnknownRunError, UsageError
from cellburst.model import run as model
from cellburst.model.manifest import Manifest
from cellburst.model.outcome import TaskResult
from cellburst.wire.client import Cancel, Delete, Explain, Rename, Rerun, Retry

if TYPE_CHECKING:
    import pandas as pd

    from cellburst.payload.delta import NamespaceDelta


class Run:
    """A run of any age. Only ``wait`` and ``result`` wait; reading needs no controller."""

    def __init__(self, run_id: str, connection: Connection, run: model.Run | None = None) -> None:
        self.id = run_id
        self._connection = connection
        self._run = run
        self._results: Results | None = None
        self._results_of: model.RunStatus | None = None

    # what it is

    @property
    def record(self) -> model.Run:
        """The submission as it was recorded. Raises UnknownRunError, StoreError."""
        if self._run is None:
            self._run = self._connection.reader.run(self.id)
        return self._run

    @property
    def connection(self) -> Connection:
        """Where it is."""
        return self._connection

    @property
    def name(self) -> str:
        """What it is called."""
        return self.record.name

    @property
    def target(self) -> str:
        """Where it runs."""
        return self.record.target

    @property
    def code(self) -> str:
        """What was submitted, as it was written."""
        return self.record.code

    @property
    def count(self) -> int:
        """Number of tasks."""
        return self.record.count

    @property
    def manifest(self) -> Manifest:
        """What travelled with it."""
        return self.record.manifest

    @property
    def submitted(self) -> float:
        """When, in seconds since 1970."""
        return self.record.submitted

    # how it stands

    @property
    def status(self) -> model.RunStatus:
        """Where it is now, as recorded."""
        return self._connection.reader.status(self.id)

    @property
    def state(self) -> model.RunState:
        """Where it is now, in a word."""
        return self.status.state

    @property
    def counts(self) -> model.Counts:
        """Its tasks by state."""
        return self.status.counts

    @property
    def progress(self) -> float:
        """The share of its tasks that have ended, 0 to 1."""
        counts = self.counts
        return counts.ended / counts.total if counts.total else 1.0

    def explain(self) -> str:
        """Why its pending tasks wait, in one sentence; empty if none does."""
        if self.state in model.ENDED:
            return ""
        return str(self._connection.request(Explain(0, self.id)).data.get("reason", ""))

    # waiting

    def wait(
        self,
        timeout: float | None = None,
        listener: RunListener | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> Run:
        """Until it has ended; the run itself. ``meanwhile`` is called first, as a part of the wait.

        Raises TimeoutError after ``timeout`` seconds, and the run goes on. An interrupt (KeyboardInterrupt)
        cancels it, unless it was submitted with ``detach`` or ``on_interrupt="detach"``.
        """
        if listener is None and self.state in model.ENDED:
            return self
        delivered = Delivered()
        try:
            if meanwhile is not None:
                meanwhile()
            follow(self.id, listener or NullListener(), self._connection, timeout=timeout, delivered=delivered)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(interrupted(self.record, self._connection, listener, delivered)) from None
        return self

    def result(self, timeout: float | None = None) -> Any:
        """Wait, then the value of a single run (raises its error), or the results of a sweep."""
        self.wait(timeout)
        return self.value if self.record.single else self.results

    # what came of it

    @property
    def results(self) -> Results:
        """What there is so far, of all tasks."""
        status = self.status
        if self._results is None or status != self._results_of:
            self._results, self._results_of = Results(Outcomes(self.record, self._connection)), status
        return self._results

    @property
    def value(self) -> Any:
        """The value of a single run. Raises its error, and RunError while it has not ended."""
        self._must_be_single("value")
        return self.results[0]

    @property
    def error(self) -> BaseException | None:
        """Why a single run has no value; None if it has one or has not ended."""
        self._must_be_single("error")
        return self.errors.get(0)

    @property
    def errors(self) -> dict[int, BaseException]:
        """The exceptions of tasks without a value, by task index."""
        return self.results.errors

    def frame(self, *, values: bool = True) -> pd.DataFrame:
        """The tasks as a pandas table."""
        return self.results.frame(values=values)

    def outputs(self, index: int = 0) -> list[dict[str, Any]]:
        """What a task printed and displayed, as nbformat has it."""
        return self._connection.reader.outputs(self.id, self._checked(index))

    def logs(self, index: int = 0) -> str:
        """What a task printed, as text."""
        return log_text(self.outputs(index))

    def task_result(self, index: int = 0) -> TaskResult | None:
        """The record of a task's ending; None while it has none."""
        return Outcomes(self.record, self._connection).result(self._checked(index))

    def bring_back(self, namespace: dict[str, Any] | None = None) -> NamespaceDelta | None:
        """Do to the user's variables what a single cell did to its own, also if it failed in the end."""
        result = self.task_result()
        if result is None:
            return None
        namespace = collect.main_namespace() if namespace is None else namespace
        return collect.bring_back(self.record, result, self._connection.blobs, namespace)

    # what can be done to it

    def cancel(self, tasks: list[int] | tuple[int, ...] | int | None = None) -> Run:
        """Cancel some tasks, or all that have not ended; what has ended is kept."""
        wanted = (tasks,) if isinstance(tasks, int) else tuple(tasks or ())
        if tasks is None or wanted:
            self._connection.request(Cancel(0, self.id, tuple(map(self._checked, wanted))))
        return self

    def retry(self, which: Literal["unfinished", "failed", "missing"] = "unfinished") -> Run:
        """Run again what has no success; "failed" takes failed tasks only, "missing" leaves them.

        Raises UsageError if there is nothing to run again.
        """
        if which not in ("unfinished", "failed", "missing"):
            raise UsageError(f"which must be 'unfinished', 'failed' or 'missing', not {which!r}")
        answer = self._connection.request(Retry(0, self.id, which, self._unstored()))
        self._connection.drop_result(self.id)
        self._results = None
        if answer.data.get("tasks") == 0:
            raise UsageError(f"run {self.id} has nothing to run again: {describe(self.counts)}")
        return self

    def rerun(self) -> Run:
        """Run all of it once more, as a run of its own: the same code, inputs, sweep, seed and options.

        It is not waited for; what the inputs are now in this kernel makes no difference.
        """
        answer = self._connection.request(Rerun(0, self.id, new_key(), self._unstored()))
        return Run(answer.run, self._connection)

    def _unstored(self) -> dict[str, str]:
        """Values of environment variables that the run needs and the store has not, as this process has them."""
        payload = self.record.payload
        return payload.env or {name: os.environ[name] for name in payload.dropped if name in os.environ}

    def rename(self, name: str) -> Run:
        """Give it another name."""
        self._connection.request(Rename(0, self.id, name))
        self._run = None
        return self

    def delete(self) -> None:
        """Delete it with its results and outputs; it must have ended."""
        self._connection.request(Delete(0, self.id))
        self._connection.drop_result(self.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        try:
            status = self.status
        except Exception as error:  # a repr never fails
            return f"<Run {self.id}: {error}>"
        named = f" {self.name!r}" if self.name else ""
        return f"<Run {self.id}{named} {status.state.value}: {describe(status.counts)}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any] | None:
        return mimebundle(self)

    def _must_be_single(self, what: str) -> None:
        if not self.record.single:
            raise UsageError(f"run {self.id} has {self.count} tasks; .results has the {what} of each")

    def _checked(self, index: int) -> int:
        if not 0 <= index < self.count:
            raise UnknownRunError(f"run {self.id} has no task {index}: it has {self.count}, counted from 0")
        return index


def describe(counts: model.Counts) -> str:
    """ "3 succeeded, 1 failed"."""
    there = ((name, getattr(counts, name)) for name in model.Counts.__struct_fields__)
    return ", ".join(f"{number} {name}" for name, number in there if number)
