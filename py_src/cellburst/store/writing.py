"""Facts into rows. A fact about a run or task that is not there changes nothing, and neither does a repeated one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from cellburst.model.events import (
    AttemptEnded,
    Event,
    RunDeleted,
    RunNoted,
    RunRenamed,
    RunStateChanged,
    RunSubmitted,
    TasksEnded,
    TasksRetried,
    TasksStarted,
)
from cellburst.model.outcome import TaskResult
from cellburst.model.run import ENDED, RunState
from cellburst.store import rows, timeline
from cellburst.store.output_records import joined
from cellburst.store.outputs import Attempt, OutputFiles
from cellburst.store.progress import Lease, Progress, load_progress
from cellburst.store.queries import SQL
from cellburst.store.sidecar import Sidecars

_TOGETHER = 50  # rows for each statement: a fifth less time than one by one
_INSERT_TOGETHER = SQL["insert_outcomes"].rstrip(";") + ", (?, ?, ?, ?, ?, ?, ?, ?, ?)" * (_TOGETHER - 1)


class Writer:
    """Applies facts inside a transaction that somebody else opens and ends.

    ``committed`` and ``rolled_back`` must be called after it: files are removed only once the rows that
    no longer need them are durable, and memory that a rollback made wrong is dropped.
    """

    def __init__(self, db: sqlite3.Connection, files: OutputFiles, sidecars: Sidecars, inline_bytes: int) -> None:
        self._db = db
        self._files = files
        self._sidecars = sidecars
        self._inline = inline_bytes
        self._runs: dict[str, Progress] = {}
        self._changed: dict[str, Progress] = {}
        self._folded: list[tuple[str, Attempt]] = []
        self._deleted: list[str] = []
        self._recorded: list[str] = []
        self._over: list[str] = []

    def apply(self, facts: Sequence[Event]) -> None:
        """Bring the tables up to these facts. Raises sqlite3.Error, OSError."""
        for fact in facts:
            _APPLY[type(fact)](self, fact)
        for progress in self._changed.values():
            self._db.execute(SQL["update_run"], progress.row)
        self._changed.clear()

    def committed(self) -> None:
        """The rows are durable."""
        for run, attempt in self._folded:
            self._files.discard(run, attempt)
        for run in self._deleted:
            self._files.remove_run(run)
            self._sidecars.remove(run)
        for run in self._over:
            progress = self._runs.get(run)
            if progress is not None and progress.state in ENDED:
                del self._runs[run]
        self._clear()

    def rolled_back(self) -> None:
        """Nothing happened."""
        for run in self._recorded:
            self._sidecars.remove(run)
        self._runs.clear()
        self._clear()

    def _clear(self) -> None:
        self._changed.clear()
        for names in (self._deleted, self._recorded, self._over):
            names.clear()
        self._folded.clear()

    def progress(self, run: str) -> Progress | None:
        """Where a run is; None if there is no such run."""
        found = self._runs.get(run)
        if found is None:
            found = load_progress(self._db, run)
            if found is not None:
                self._runs[run] = found
                self._over += [run] if found.state in ENDED else []
        return found

    # one method for each fact

    def _submitted(self, fact: RunSubmitted) -> None:
        run = rows.storable(fact.run)
        cursor = self._db.execute(SQL["insert_run"], rows.run_row(run))
        if not cursor.rowcount:
            return
        number = int(cursor.lastrowid or 0)
        body = rows.run_body(run)
        check = rows.checksum(body)
        self._db.execute(SQL["insert_submission"], {"run": number, "body": body, "checksum": check})
        refs = [ref for pack in run.payload.packs() for ref in pack.blobs()]
        self._db.executemany(SQL["insert_blob_refs"], rows.blob_rows(number, refs))
        self._recorded.append(run.id)
        self._sidecars.write(run.id, number, body)
        self._runs[run.id] = Progress(number, run.name, run.count, RunState.QUEUED)
        self._add_line(number, timeline.submitted(fact))

    def _tasks_started(self, fact: TasksStarted) -> None:
        progress = self.progress(fact.run)
        if progress is None:
            return
        lease = (fact.attempt, fact.worker, fact.at)
        endings, count = progress.endings, progress.count
        new = [index for index in fact.indices if 0 <= index < count and not endings[index]]
        if not progress.free_of(new):
            new = [index for index in new if not progress.holds(index, *lease)]
            held = [index for index in new if index in progress.holder]
            if held:
                self._release(progress, held)
        if not new:
            return
        values = {"run": progress.number, "attempt": fact.attempt, "worker": fact.worker, "at": fact.at}
        cursor = self._db.execute(SQL["insert_lease"], {**values, "indices": rows.indices_body(new)})
        progress.lease(int(cursor.lastrowid or 0), Lease(*lease, new, len(new)))
        self._changed[fact.run] = progress

    def _tasks_ended(self, fact: TasksEnded) -> None:
        progress = self.progress(fact.run)
        if progress is None:
            return
        number, count = progress.number, progress.count
        endings, generations = progress.endings, progress.generations
        old: list[TaskResult] = []
        new: list[TaskResult] = []
        table = []
        in_files = self._files.has_run(fact.run)
        for result in fact.results:
            index = result.index
            if not 0 <= index < count:
                continue
            current = generations.get(index, 1)
            if result.generation == current and not endings[index]:
                new.append(result)
                over = progress.end(index, rows.state_after(result))
                if over is not None:
                    self._db.execute(SQL["delete_lease"], {"number": over})
            elif 0 < result.generation < current:
                old.append(result)  # a late one, for the record; kept only if it is the first of its generation
            else:
                continue
            outputs = self._outputs(fact.run, result) if in_files or result.outputs else None
            table.append(rows.outcome_row(number, result, outputs))
        self._insert_outcomes(table)
        refs = [ref for result in (*new, *old) for ref in rows.blobs_of(result)]
        if refs:
            self._db.executemany(SQL["insert_blob_refs"], rows.blob_rows(number, refs))
        if new:
            self._changed[fact.run] = progress
            self._add_line(number, timeline.ended(new, fact.at))

    def _insert_outcomes(self, table: Sequence[tuple[Any, ...]]) -> None:
        whole = len(table) - len(table) % _TOGETHER
        for first in range(0, whole, _TOGETHER):
            self._db.execute(_INSERT_TOGETHER, tuple(chain.from_iterable(table[first : first + _TOGETHER])))
        self._db.executemany(SQL["insert_outcomes"], table[whole:])

    def _outputs(self, run: str, result: TaskResult) -> bytes | None:
        """What goes into the row: all output of the attempt if it is short; otherwise it is in files."""
        attempt = Attempt(result.index, result.generation, result.attempt)
        earlier = self._files.short(run, attempt, self._inline)
        if earlier is None:  # too long already
            if result.outputs:
                self._files.finish(run, attempt, result.outputs)
            return None
        if not result.outputs and not earlier:
            return None
        body = rows.outputs_body(joined((*earlier, *result.outputs)))
        if len(body) > self._inline:
            self._files.finish(run, attempt, result.outputs)
            return None
        if earlier:
            self._folded.append((run, attempt))
        return body

    def _attempt_ended(self, fact: AttemptEnded) -> None:
        progress = self.progress(fact.run)
        if progress is None or not progress.has(fact.index):
            return
        current = progress.generation(fact.index)
        if not 0 < fact.generation <= current:
            return
        values = {
            "run": progress.number,
            "idx": fact.index,
            "generation": fact.generation,
            "attempt": fact.attempt,
            "worker": fact.worker,
            "loss": None if fact.loss is None else fact.loss.value,
            "message": fact.message,
            "at": fact.at,
        }
        if not self._db.execute(SQL["insert_attempt"], values).rowcount:
            return
        self._add_line(progress.number, timeline.attempt_ended(fact))
        number = progress.holder.get(fact.index)
        if fact.generation == current and number is not None and progress.leases[number].attempt <= fact.attempt:
            self._release(progress, [fact.index])
            self._changed[fact.run] = progress

    def _tasks_retried(self, fact: TasksRetried) -> None:
        progress = self.progress(fact.run)
        if progress is None:
            return
        wanted = dict.fromkeys(fact.indices)
        new = [i for i in wanted if progress.has(i) and progress.retried.get(i) != fact.at]
        if not new:
            return
        self._release(progress, new)
        for index in new:
            progress.reopen(index, fact.at)
        table = [(progress.number, index, progress.generations[index], fact.at) for index in new]
        self._db.executemany(SQL["set_generations"], table)
        self._changed[fact.run] = progress
        self._add_line(progress.number, timeline.retried(fact, new))

    def _state_changed(self, fact: RunStateChanged) -> None:
        progress = self.progress(fact.run)
        if progress is None or not progress.move(fact.state, fact.at, fact.message):
            return
        if fact.state in ENDED:
            self._release(progress, list(progress.holder))
            self._over.append(fact.run)
        self._changed[fact.run] = progress
        self._add_line(progress.number, timeline.state_changed(fact))

    def _renamed(self, fact: RunRenamed) -> None:
        progress = self.progress(fact.run)
        if progress is None or progress.name == fact.name:
            return
        progress.name = fact.name
        self._changed[fact.run] = progress
        self._add_line(progress.number, timeline.renamed(fact))

    def _run_deleted(self, fact: RunDeleted) -> None:
        progress = self.progress(fact.run)
        if progress is None:
            return
        self._db.execute(SQL["delete_run"], {"number": progress.number})
        self._runs.pop(fact.run)
        self._changed.pop(fact.run, None)
        self._deleted.append(fact.run)

    def _noted(self, fact: RunNoted) -> None:
        progress = self.progress(fact.run)
        if progress is not None:
            self._add_line(progress.number, timeline.noted(fact))

    def _release(self, progress: Progress, indices: Sequence[int]) -> None:
        for number, left in progress.release(indices).items():
            if left:
                self._db.execute(SQL["shrink_lease"], {"number": number, "indices": rows.indices_body(left)})
            else:
                self._db.execute(SQL["delete_lease"], {"number": number})

    def _add_line(self, number: int, line: timeline.Line | None) -> None:
        if line is not None:
            values = {"run": number, "at": line.at, "kind": line.kind, "idx": line.task, "message": line.message}
            self._db.execute(SQL["insert_line"], values)


_APPLY: dict[type, Callable[[Writer, Any], None]] = {
    RunSubmitted: Writer._submitted,
    TasksStarted: Writer._tasks_started,
    TasksEnded: Writer._tasks_ended,
    AttemptEnded: Writer._attempt_ended,
    TasksRetried: Writer._tasks_retried,
    RunStateChanged: Writer._state_changed,
    RunRenamed: Writer._renamed,
    RunDeleted: Writer._run_deleted,
    RunNoted: Writer._noted,
}
