"""The handle of a run: everything that can be asked of one and done to one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellburst.client.collecting import collect
from cellburst.client.collecting.far_blobs import bring_here
from cellburst.client.collecting.logs import kept_outputs, log_text
from cellburst.client.collecting.outcomes import Outcomes
from cellburst.client.connecting.connection import Connection
from cellburst.client.following.awaited import Awaited
from cellburst.client.following.delivered import Delivered
from cellburst.client.following.follow import Meanwhile, NullListener, RunListener, follow
from cellburst.client.following.interrupt import interrupted
from cellburst.client.runs.results import Results
from cellburst.client.runs.searched import Searched
from cellburst.client.runs.steered import Steered, describe
from cellburst.client.tables.shown import mimebundle
from cellburst.client.tables.tabular import Tabular
from cellburst.errors import UnknownRunError, UsageError
from cellburst.model import run as model
from cellburst.model.manifest import Manifest
from cellburst.model.outcome import FileEntry, TaskResult
from cellburst.wire.client import Explain

if TYPE_CHECKING:
    from cellburst.payload.delta import NamespaceDelta


class Run(Steered, Tabular, Awaited, Searched):
    """A run of any age. Only ``wait``, ``result``, ``as_completed`` and ``await`` wait; reading needs no controller."""

    def __init__(
        self, run_id: str, connection: Connection, run: model.Run | None = None, *, cached: int | None = None
    ) -> None:
        self.id = run_id
        self._connection = connection
        self._run = run
        self._cached = cached
        self._results: Results | None = None
        self._results_of: model.RunStatus | None = None

    # what it is

    @property
    def record(self) -> model.Run:
        """The submission as it was recorded. Raises UnknownRunError, StoreError."""
        if self._run is None:
            self._run = self._connection.reader.run(self.id)
        return self._run

    def grown(self, status: model.RunStatus | None = None) -> model.Run:
        """The record with all tasks that it has by now."""
        if not self.record.single and self.record.count != (status or self.status).counts.total:
            self._run = self._connection.reader.run(self.id)
        return self.record

    def _tabled(self) -> Results:
        return self.results

    def _waited_for(self) -> Run:
        return self

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
        """Number of tasks so far."""
        return self.grown().count

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
    def cached(self) -> int:
        """How many of its tasks took over the result of an earlier one."""
        if self.record.options.cache != "use":
            return 0
        if self._cached is None:
            self._cached = sum(bool(row.cached) for row in self._connection.reader.tasks(self.id))
        return self._cached

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
        meanwhile: Meanwhile | None = None,
    ) -> Run:
        """Until it has ended; the run itself. ``meanwhile`` is what to do while a single one is waited for.

        Raises TimeoutError after ``timeout`` seconds, and the run goes on. An interrupt (KeyboardInterrupt)
        cancels it, unless it was submitted with ``detach`` or ``on_interrupt="detach"``.
        """
        if listener is None and self.state in model.ENDED:
            return self
        delivered = Delivered()
        try:
            if meanwhile is not None:
                meanwhile.begin()
            follow(
                self.id,
                listener or NullListener(),
                self._connection,
                timeout=timeout,
                delivered=delivered,
                meanwhile=meanwhile,
            )
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
            self._results, self._results_of = Results(Outcomes(self.grown(status), self._connection)), status
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

    def outputs(self, index: int = 0) -> list[dict[str, Any]]:
        """What a task printed and displayed, as nbformat has it."""
        outputs = self._connection.reader.outputs(self.id, self._checked(index))
        return outputs or kept_outputs(self.id, index, self._connection.reader)

    def logs(self, index: int = 0) -> str:
        """What a task printed, as text."""
        return log_text(self.outputs(index))

    def files(self, index: int = 0) -> tuple[FileEntry, ...]:
        """What a task left in its output folder."""
        result = self.task_result(index)
        return () if result is None else result.files

    def save_files(self, folder: str | os.PathLike[str], index: int | None = None) -> list[Path]:
        """Copy the files of a task, or of all, to ``folder``/<index>/...; their paths.

        Raises UsageError for a file that is there already, DiskFullError.
        """
        from cellburst.client.collecting.files import save

        indices = range(self.count) if index is None else [self._checked(index)]
        blobs = self._connection.blobs
        for place in indices:
            if (result := self.task_result(place)) is not None:
                bring_here(self.record, result, self._connection, files=True)
        return [path for place in indices for path in save(self.files(place), Path(folder) / str(place), blobs)]

    def task_result(self, index: int = 0) -> TaskResult | None:
        """The record of a task's ending; None while it has none."""
        return Outcomes(self.record, self._connection).result(self._checked(index))

    def bring_back(self, namespace: dict[str, Any] | None = None) -> NamespaceDelta | None:
        """Do to the user's variables what a single cell did to its own, also if it failed in the end."""
        result = self.task_result()
        if result is None:
            return None
        namespace = collect.main_namespace() if namespace is None else namespace
        bring_here(self.record, result, self._connection)
        return collect.bring_back(self.record, result, self._connection.blobs, namespace)

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
