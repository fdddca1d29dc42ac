"""Reading a run store. Every method is one or a few short transactions, so that no reader holds the log back."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

import msgspec

from cellburst.errors import UnknownRunError
from cellburst.model.blob import Packed
from cellburst.model.machine import Machine, Meter, fleet_of
from cellburst.model.outcome import TaskResult
from cellburst.model.report import Report
from cellburst.model.run import Run, RunStatus, RunSummary
from cellburst.model.stored import EventRow, TaskRow
from cellburst.model.usage import UsageSample
from cellburst.store import pages, parts, rows, run_rows
from cellburst.store.database import translated
from cellburst.store.keeping import Place, places_of, read_blob, sound, successes
from cellburst.store.machine_rows import read_machines, read_meter
from cellburst.store.outputs import Attempt
from cellburst.store.progress import progress_of
from cellburst.store.queries import SQL
from cellburst.store.reading import Reading
from cellburst.store.spans import read_spans, results_among, span_with
from cellburst.store.timeline import RUN

_PREFIX = re.compile(r"[0-9a-z-]{0,12}")


class SqliteReader(Reading):
    """A RunReader. ``blobs`` are for ``disk_use`` and ``cached``. May be used by several threads.

    Methods raise StoreBusyError and StoreError besides what the seam says.
    """

    def runs(self, *, limit: int = 100, offset: int = 0) -> list[RunSummary]:
        """Newest first."""
        values = {"limit": max(0, limit), "offset": max(0, offset)}
        store = str(self._path)
        return [run_rows.read_summary(row, store) for row in self._all("run_rows", values)]

    def run(self, run: str) -> Run:
        """A run as it is now: name, tasks, and whether more will be added. Raises UnknownRunError, DamagedBlobError."""
        with self._reading():
            return self._whole(self._row(run))

    def given(self, run: str, indices: Iterable[int]) -> dict[int, Packed]:
        """What tasks that were added later were given, by index. Raises UnknownRunError, DamagedBlobError."""
        with self._reading():
            return parts.given_of(self._db, int(self._row(run)["number"]), indices)

    def keys(self, run: str, indices: Iterable[int]) -> dict[int, bytes]:
        """What results of tasks are kept under, by index. Raises UnknownRunError, DamagedBlobError."""
        wanted = list(indices)
        with self._reading():
            row = self._row(run)
            found = parts.keys_of(self._db, int(row["number"]), wanted)
            own, count = self._whole(row).payload.keys, self._whole(row).sweep.own
        if own is not None:
            body = own.body if own.body_blob is None else read_blob(own.body_blob, self._blobs)
            found.update((i, key) for i in wanted if i < count and (key := parts.key_at(body, i)))
        return found

    def find(self, prefix: str) -> list[str]:
        """Ids that start with ``prefix``, newest first, at most ten."""
        if _PREFIX.fullmatch(prefix) is None:
            return []
        return [row["id"] for row in self._all("runs_between", {"first": prefix, "last": prefix + "~"})]

    def status(self, run: str) -> RunStatus:
        """Where a run is. Raises UnknownRunError."""
        with self._reading():
            row = self._row(run)
            status = run_rows.read_status(row)
            machines = read_machines(self._db.execute(SQL["machines"], {"run": row["number"]}))
            if not machines:
                return status
            plan = self._whole(row).plan
        return msgspec.structs.replace(
            status, fleet=fleet_of(machines, time.time(), status.reason, None if plan is None else plan.worst)
        )

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

    def endings(self, run: str) -> dict[int, str]:
        """By index, the states in which the newest generations of tasks have ended. Raises UnknownRunError."""
        with self._reading():
            return progress_of(self._db, self._row(run)).ended_states()

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
            return self._outputs_of(run, number, Attempt(index, generation, attempt))  # 0: taken over from another task

    def usage(self, run: str, index: int, attempt: int) -> list[UsageSample]:
        """What an attempt of the newest generation used. Raises UnknownRunError, StoreError."""
        of = self._of_newest(run, index, attempt)
        with translated(self._path):
            return self._files.usage(run, of)

    def reports(self, run: str, index: int, attempt: int) -> list[Report]:
        """What an attempt of the newest generation reported. Raises UnknownRunError, StoreError."""
        of = self._of_newest(run, index, attempt)
        with translated(self._path):
            return self._files.reports(run, of)

    def machines(self, run: str) -> list[Machine]:
        """Every machine that a run has had, in the order in which they were asked for. Raises UnknownRunError."""
        with self._reading():
            number = int(self._row(run)["number"])
            return read_machines(self._db.execute(SQL["machines"], {"run": number}))

    def live_machines(self) -> list[Machine]:
        """Machines of all runs that may still cost something."""
        return read_machines(self._all("live_machines", {}))

    def meters(self, runs: Iterable[str]) -> dict[str, Meter]:
        """What the machines of these runs cost; runs that had none are left out."""
        found = self._all("meters", {"runs": json.dumps(list(runs)), "now": time.time()})
        return {row["id"]: read_meter(row["base"], row["rate"], row["fresh"]) for row in found}

    def cached(self, keys: Iterable[bytes]) -> dict[bytes, tuple[str, int]]:
        """The run and index of the newest success of each key that has one; a damaged one is none."""
        found: dict[bytes, tuple[str, int]] = {}
        every = sorted(set(keys))
        places: list[tuple[list[Place], bytes]] = []
        for first in range(0, len(every), pages.PAGE):
            with self._reading():
                places += places_of(self._db, every[first : first + pages.PAGE])
        places.sort()  # neighbours are read together, here as of the keys
        for first in range(0, len(places), pages.PAGE):
            with self._reading():
                found.update(sound(self._db, places[first : first + pages.PAGE], self._blobs))
        return found

    def successes(self, run: str, indices: Iterable[int]) -> dict[int, TaskResult]:
        """The recorded successes of tasks with values and outputs; damaged ones are none. Raises UnknownRunError."""
        with self._reading():
            number = int(self._row(run)["number"])
            return {found.index: found for found in successes(self._db, self._files, (run, number), indices)}

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

    # inside a transaction

    def _of_newest(self, run: str, index: int, attempt: int) -> Attempt:
        """An attempt of a task's newest generation."""
        with self._reading():
            number = int(self._row(run)["number"])
            return Attempt(index, self._generations(number, index, index + 1).get(index, 1), attempt)

    def _tried(self, number: int, start: int, stop: int, generations: dict[int, int]) -> dict[int, int]:
        """The last attempt that ended without ending its task, in the newest generation of each."""
        tried: dict[int, int] = {}
        among = {"run": number, "start": start, "stop": stop}
        for index, generation, attempt, *_ in self._db.execute(SQL["attempts"], among):
            if generation == generations.get(index, 1):
                tried[index] = max(attempt, tried.get(index, 0))
        return tried

    def _last_attempt(self, number: int, index: int, generation: int) -> int:
        of_task = {"run": number, "idx": index, "generation": generation}
        row = self._db.execute(SQL["outcome_outputs"], of_task).fetchone()
        if row is not None:
            return rows.read_facts(row["facts"]).attempt
        span = span_with(self._db, number, index, generation)
        if span is not None:
            return rows.read_facts(span.facts).attempt
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
        for span in read_spans(self._db, number, start, stop):
            for index in span.among(start, stop, generations):
                ended[index] = pages.ended_row(index, span.generation, span.kind, span.facts, params(index))
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
        results = [rows.read_outcome(row) for row in found if row[1] == generations.get(row[0], 1)]
        spans = read_spans(self._db, number, start, stop)
        if spans:
            results += results_among(spans, start, stop, generations)
            results.sort(key=attrgetter("index"))
        return results

    def _outputs_of(self, run: str, number: int, attempt: Attempt) -> list[dict[str, Any]]:
        of_task = {"run": number, "idx": attempt.task, "generation": attempt.generation}
        row = self._db.execute(SQL["outcome_outputs"], of_task).fetchone()
        if row is not None and row["outputs"] is not None and rows.read_facts(row["facts"]).attempt == attempt.attempt:
            return rows.read_outputs(row["outputs"])
        return self._files.read(run, attempt)
