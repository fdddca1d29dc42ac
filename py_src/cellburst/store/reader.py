"""Reading a run store. Every method is one or a few short transactions, so that no reader holds the log back."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import msgspec

from cellburst.errors import DamagedBlobError, UnknownRunError
from cellburst.model.ids import is_run_id
from cellburst.model.outcome import TaskResult
from cellburst.model.run import Run, RunStatus, RunSummary
from cellburst.model.stored import EventRow, TaskRow
from cellburst.model.usage import UsageSample
from cellburst.store import pages, rows
from cellburst.store.blob_sweep import Blobs
from cellburst.store.database import translated
from cellburst.store.outputs import Attempt, OutputFiles
from cellburst.store.queries import SQL
from cellburst.store.sidecar import Sidecars
from cellburst.store.timeline import RUN

_REMEMBERED = 16
_PREFIX = re.compile(r"[0-9a-z-]{0,12}")

Self = TypeVar("Self", bound="SqliteReader")


class SqliteReader:
    """A RunReader on a database of this package's schema. May be used by several threads.

    ``blobs`` is only for ``disk_use``. Methods raise StoreBusyError and StoreError besides what the seam says.
    """

    def __init__(self, db: sqlite3.Connection, path: Path, files: OutputFiles, blobs: Blobs | None) -> None:
        db.row_factory = sqlite3.Row
        self._db = db
        self._path = path
        self._files = files
        self._blobs = blobs
        self._sidecars = Sidecars(path)
        self._lock = threading.RLock()
        self._known: dict[str, Run] = {}

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The database."""
        return self._path

    def runs(self, *, limit: int = 100, offset: int = 0) -> list[RunSummary]:
        """Newest first."""
        values = {"limit": max(0, limit), "offset": max(0, offset)}
        store = str(self._path)
        return [rows.read_summary(row, store) for row in self._all("run_rows", values)]

    def run(self, run: str) -> Run:
        """A run as it was submitted, under its present name. Raises UnknownRunError, DamagedBlobError."""
        with self._reading():
            return self._whole(self._row(run))

    def find(self, prefix: str) -> list[str]:
        """Ids that start with ``prefix``, newest first, at most ten."""
        if _PREFIX.fullmatch(prefix) is None:
            return []
        return [row["id"] for row in self._all("runs_between", {"first": prefix, "last": prefix + "~"})]

    def status(self, run: str) -> RunStatus:
        """Where a run is. Raises UnknownRunError."""
        with self._reading():
            return rows.read_status(self._row(run))

    def tasks(self, run: str, start: int = 0, stop: int | None = None) -> Iterator[TaskRow]:
        """Tasks in order, read page by page. Of a running one attempt, worker and start are its lease's."""
        with self._reading():
            count = int(self._row(run)["count"])
        last = count if stop is None else min(count, stop)
        for first in range(max(0, start), last, pages.PAGE):
            try:
                with self._reading():
                    page = self._task_page(run, first, min(last, first + pages.PAGE))
            except UnknownRunError:  # deleted meanwhile
                return
            yield from page

    def result(self, run: str, index: int) -> TaskResult | None:
        """The outcome of a task's newest generation with its value and outputs. Raises DamagedBlobError."""
        with self._reading():
            number = int(self._row(run)["number"])
            found = self._results_of(number, index, index + 1)
            if not found:
                return None
            attempt = Attempt(index, found[0].generation, found[0].attempt)
            outputs = self._outputs_of(run, number, attempt)
        return msgspec.structs.replace(found[0], outputs=tuple(outputs))

    def results(self, run: str, indices: Iterable[int] | None = None) -> Iterator[TaskResult]:
        """Outcomes of newest generations in order, without outputs. Raises DamagedBlobError at a damaged one."""
        with self._reading():
            count = int(self._row(run)["count"])
        wanted = None if indices is None else sorted({index for index in indices if 0 <= index < count})
        for first, last, chosen in pages.ranges(count, wanted):
            try:
                with self._reading():
                    page = self._results_of(int(self._row(run)["number"]), first, last)
            except UnknownRunError:
                return
            yield from page if chosen is None else (result for result in page if result.index in chosen)

    def outputs(self, run: str, index: int, attempt: int | None = None) -> list[dict[str, Any]]:
        """Output records of an attempt (the last one) of the newest generation."""
        with self._reading():
            number = int(self._row(run)["number"])
            generation = self._generations(number, index, index + 1).get(index, 1)
            if attempt is None:
                attempt = self._last_attempt(number, index, generation)
            return self._outputs_of(run, number, Attempt(index, generation, attempt)) if attempt else []

    def usage(self, run: str, index: int, attempt: int) -> list[UsageSample]:
        """What an attempt of the newest generation used. Raises UnknownRunError, StoreError."""
        with self._reading():
            number = int(self._row(run)["number"])
            generation = self._generations(number, index, index + 1).get(index, 1)
        with translated(self._path):
            return self._files.usage(run, Attempt(index, generation, attempt))

    def timeline(self, run: str, after: int = 0) -> list[EventRow]:
        """What happened to a run, beginning after line ``after``."""
        with self._reading():
            found = self._db.execute(SQL["timeline"], {"run": self._row(run)["number"], "after": after}).fetchall()
        return [
            EventRow(sequence, run, at, kind, message, None if index == RUN else index)
            for sequence, at, kind, message, index in found
        ]

    def notices(self) -> list[tuple[float, str]]:
        """What happened to the store as a whole (when, what), such as a repair; oldest first."""
        return [(row["at"], row["message"]) for row in self._all("notices", {})]

    def disk_use(self) -> dict[str, int]:
        """Bytes by what they are for; the blobs are those of all stores."""
        parts = [self._path.with_name(self._path.name + end) for end in ("", "-wal", "-shm")]
        database = sum(part.stat().st_size for part in parts if part.exists()) + self._sidecars.size()
        return {
            "database": database,
            "blobs": sum(ref.size for ref, _ in self._blobs) if self._blobs is not None else 0,
            "outputs": sum(map(self._files.run_bytes, self._files.runs())),
        }

    def close(self) -> None:
        """Close the database; nothing else may be called afterwards."""
        with self._lock:
            self._db.close()

    # inside a transaction

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """One consistent view of the tables."""
        with self._lock, translated(self._path):
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                if self._db.in_transaction:
                    self._db.execute("COMMIT")

    def _all(self, name: str, values: dict[str, Any]) -> list[sqlite3.Row]:
        with self._reading():
            return self._db.execute(SQL[name], values).fetchall()

    def _row(self, run: str) -> sqlite3.Row:
        row = self._db.execute(SQL["run_row"], {"id": run}).fetchone() if is_run_id(run) else None
        if row is None:
            raise UnknownRunError(f"there is no run {run!r}; `%remote runs` lists them")
        found: sqlite3.Row = row
        return found

    def _whole(self, row: sqlite3.Row) -> Run:
        known = self._known.get(row["id"])
        if known is None or known.name != row["name"]:
            stored = self._db.execute(SQL["submission"], {"run": row["number"]}).fetchone()
            if stored is None:
                raise DamagedBlobError(f"the record of run {row['id']} is missing; submit the run again")
            known = rows.read_run(stored["body"], stored["checksum"], row["name"])
            if len(self._known) >= _REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[row["id"]] = known
        return known

    def _generations(self, number: int, start: int, stop: int) -> dict[int, int]:
        among = {"run": number, "start": start, "stop": stop}
        return {index: generation for index, generation, _ in self._db.execute(SQL["generations"], among)}

    def _leases(self, number: int) -> dict[int, pages.Lease]:
        held: dict[int, pages.Lease] = {}
        for _, attempt, worker, at, body in self._db.execute(SQL["leases"], {"run": number}):
            held.update(dict.fromkeys(rows.read_indices(body), (attempt, worker, at)))
        return held

    def _tried(self, number: int, start: int, stop: int, generations: dict[int, int]) -> dict[int, int]:
        """The last attempt that ended without ending its task, in the newest generation of each."""
        tried: dict[int, int] = {}
        among = {"run": number, "start": start, "stop": stop}
        for index, generation, attempt, _ in self._db.execute(SQL["attempts"], among):
            if generation == generations.get(index, 1):
                tried[index] = max(attempt, tried.get(index, 0))
        return tried

    def _last_attempt(self, number: int, index: int, generation: int) -> int:
        of_task = {"run": number, "idx": index, "generation": generation}
        row = self._db.execute(SQL["outcome_outputs"], of_task).fetchone()
        if row is not None:
            return rows.read_facts(row["facts"]).attempt
        lease = self._leases(number).get(index)
        return lease[0] if lease else self._tried(number, index, index + 1, {index: generation}).get(index, 0)

    def _task_page(self, run: str, start: int, stop: int) -> list[TaskRow]:
        row = self._row(run)
        number, params = int(row["number"]), self._whole(row).sweep.params
        generations, leases = self._generations(number, start, stop), self._leases(number)
        tried = self._tried(number, start, stop, generations)
        ended: dict[int, TaskRow] = {}
        found = self._db.execute(SQL["task_rows"], {"run": number, "start": start, "stop": stop})
        for index, generation, kind, body in found:
            if generation == generations.get(index, 1):
                ended[index] = pages.ended_row(index, generation, kind, body, params(index))
        page = []
        for index in range(start, stop):
            task = ended.get(index)
            if task is None:
                task = pages.open_row(index, generations.get(index, 1), params(index), leases.get(index), tried)
            page.append(task)
        return page

    def _results_of(self, number: int, start: int, stop: int) -> list[TaskResult]:
        generations = self._generations(number, start, stop)
        plain = self._db.cursor()
        plain.row_factory = None  # tuples: nothing is asked for by its name
        found = plain.execute(SQL["outcome_rows"], {"run": number, "start": start, "stop": stop})
        return [rows.read_outcome(row) for row in found if row[1] == generations.get(row[0], 1)]

    def _outputs_of(self, run: str, number: int, attempt: Attempt) -> list[dict[str, Any]]:
        of_task = {"run": number, "idx": attempt.task, "generation": attempt.generation}
        row = self._db.execute(SQL["outcome_outputs"], of_task).fetchone()
        if row is not None and row["outputs"] is not None and rows.read_facts(row["facts"]).attempt == attempt.attempt:
            return rows.read_outputs(row["outputs"])
        return self._files.read(run, attempt)
