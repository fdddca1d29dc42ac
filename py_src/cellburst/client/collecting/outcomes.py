"""The recorded tasks of one run: rows for tables, values and errors when they are asked for, each once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

from cellburst.client.collecting.collect import error_of, main_namespace, value_of
from cellburst.client.collecting.far_blobs import bring_here
from cellburst.client.collecting.room import lack_of_room
from cellburst.client.collecting.task_params import TaskParams
from cellburst.client.connecting.connection import Connection
from cellburst.errors import CellburstError, PayloadError, RunError, UnknownRunError
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.run import ENDED, Run, RunStatus
from cellburst.model.stored import TaskRow

_PENDING = frozenset({"queued", "running"})


class Outcomes:
    """What the store has of a run; values are unpickled when first asked for, and kept."""

    def __init__(self, run: Run, connection: Connection) -> None:
        self.run = run
        self._connection = connection
        self._values: dict[int, Any] = {}
        self._variables: dict[int, dict[str, Any]] = {}
        self._errors: dict[int, tuple[BaseException, TracebackType | None]] = {}
        self._rows: list[TaskRow] | None = None
        self._params: TaskParams | None = None
        self.together: Sequence[int] = ()
        """Ended tasks whose values are read with the first of them that is asked for."""

    @property
    def connection(self) -> Connection:
        """Where they are read."""
        return self._connection

    def status(self) -> RunStatus:
        """Where the run is, as recorded."""
        return self._connection.reader.status(self.run.id)

    def rows(self) -> list[TaskRow]:
        """All tasks in order; read again while the run goes on."""
        if self._rows is not None:
            return self._rows
        ended = self.status().state in ENDED  # asked first: rows may only be newer than this
        rows = list(self._connection.reader.tasks(self.run.id))
        if ended:
            self._rows = rows
        return rows

    def ends(self, most: int) -> list[TaskRow]:
        """The first and the last tasks, so many of each; there are more than that."""
        read, count = self._connection.reader.tasks, self.run.count
        return [*read(self.run.id, 0, most), *read(self.run.id, count - most, count)]

    def row(self, index: int) -> TaskRow:
        """One task. Raises UnknownRunError."""
        if self._rows is not None:
            return self._rows[index]
        for row in self._connection.reader.tasks(self.run.id, index, index + 1):
            return row
        raise UnknownRunError(f"run {self.run.id} has no task {index}: it has {self.run.count}")

    def result(self, index: int) -> TaskResult | None:
        """The record of a task's ending; None while it has none."""
        kept = self._connection.kept_result(self.run.id) if self.run.single else None
        return kept or self._connection.reader.result(self.run.id, index)

    def value(self, index: int) -> Any:
        """A task's value. Raises its own error, or RunError while it has not ended."""
        if index not in self._values:
            self._find(index)
        return self._values[index]

    def insist(self, index: int, *, safe: bool) -> Any:
        """A task's value however large it is; ``safe`` tries it in a child process first.

        Raises its own error, RunError while it has not ended, PayloadError if the child could not load it.
        """
        result = self.result(index)
        if result is not None and index not in self._values:
            if safe and result.value is not None:
                from cellburst.client.collecting.room import free_memory
                from cellburst.client.collecting.trial import try_elsewhere

                bring_here(self.run, result, self._connection)
                try_elsewhere(self.run, result, self._connection.folders.blobs, free_memory())
            self._errors.pop(index, None)
            self._take(result, ask=False)
        return self.value(index)

    def value_or_error(self, index: int) -> Any:
        """A task's value, or why it has none. Raises RunError while it has not ended."""
        if index in self._values:
            return self._values[index]
        error = self.error(index)
        return self.value(index) if error is None else error

    def variables(self, index: int) -> dict[str, Any]:
        """A task's ``--out`` variables; raises as ``value``."""
        if index not in self._values:
            self._find(index)
        return self._variables.setdefault(index, {})

    def error(self, index: int) -> BaseException | None:
        """Why a task has no value: its own exception, ours, or None if it has one or has not ended."""
        if index not in self._values and index not in self._errors:
            result = self.result(index)
            if result is None:
                return None
            self._take(result)
        return self._errors[index][0] if index in self._errors else None

    def load(self, indices: Iterable[int]) -> None:
        """Get the values of many tasks with one read of the store; what fails is kept as its error."""
        missing = [i for i in indices if i not in self._values and i not in self._errors]
        if missing:
            for result in self._connection.reader.results(self.run.id, missing):
                self._take(result)

    def sweep(self) -> Any:
        """What the run's own parameters come from; None if it has none, or they cannot be rebuilt here."""
        if self._params is None:
            self._params = TaskParams(self.run, self._connection)
        return self._params.sweep()

    def params(self, index: int) -> dict[str, Any]:
        """The parameters of a task, as objects; as shown if they cannot be rebuilt here."""
        if self._params is None:
            self._params = TaskParams(self.run, self._connection)
        return self._params.of(index)

    def _find(self, index: int) -> None:
        """Get the value of a task that has none yet. Raises as ``value``."""
        if index in self.together:
            self.load(self.together)
            if index in self._values:
                return
        if index not in self._errors:
            result = self.result(index)
            if result is None:
                state = self.row(index).state
                raise RunError(
                    f"task {index} of run {self.run.id} has not ended ({state}); the run's wait() waits for it"
                )
            self._take(result)
        if index in self._errors:
            error, traceback = self._errors[index]
            raise error.with_traceback(traceback)  # as at first: every raise adds frames to it

    def _take(self, result: TaskResult, *, ask: bool = True) -> None:
        blobs, namespace = self._connection.blobs, main_namespace()
        if result.kind is not OutcomeKind.SUCCEEDED:
            with suppress(CellburstError):  # what is known of the error is told all the same
                bring_here(self.run, result, self._connection)
            error = error_of(self.run, result, blobs, namespace)
            self._errors[result.index] = (error, error.__traceback__)
            return
        if ask and result.value is not None and (why := lack_of_room(result.value)):
            way_out = f"`results.task({result.index}).load()` loads it all the same"
            problem = PayloadError(
                f"the value of task {result.index} of run {self.run.id} is not loaded: {why}; {way_out}"
            )
            self._errors[result.index] = (problem, None)
            return
        try:
            bring_here(self.run, result, self._connection)
            self._values[result.index], variables = value_of(self.run, result, blobs, namespace)
            if variables:
                self._variables[result.index] = variables
        except CellburstError as problem:
            self._errors[result.index] = (problem, None)
