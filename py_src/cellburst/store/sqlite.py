"""The run store of the controller, and how it and its readers are opened."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from cellburst import faults
from cellburst.errors import StoreError, StoreFencedError, UnknownRunError
from cellburst.model.events import Event, RunDeleted, RunStateChanged, RunSubmitted, TasksAdded, TasksEnded
from cellburst.model.ids import is_run_id
from cellburst.model.report import Report
from cellburst.model.run import RunState
from cellburst.model.stored import LiveRun
from cellburst.model.usage import UsageSample
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder
from cellburst.pool import spool
from cellburst.settings import Settings
from cellburst.store import blob_sweep, retention, run_rows, schema
from cellburst.store.blob_sweep import Blobs
from cellburst.store.database import BUSY_SECONDS, connect_reader, give_back, transaction, translated
from cellburst.store.live import live_run
from cellburst.store.opening import open_sound
from cellburst.store.outputs import Attempt, OutputFiles
from cellburst.store.pending import Pending
from cellburst.store.queries import SQL
from cellburst.store.reader import SqliteReader
from cellburst.store.sidecar import Sidecars, Witness
from cellburst.store.syncing import LogSync
from cellburst.store.writing import apply

Reader = TypeVar("Reader", bound=SqliteReader)
_HALTED = "{}; `%remote retry` runs what is missing"


class SqliteStore(SqliteReader):
    """A RunStore: the only connection that writes to ``path``.

    Opening it checks and migrates the file, rebuilds it if it is damaged (``notices`` says so), and takes the
    next epoch, or ``epoch``. ``clock`` gives wall seconds.
    Raises StoreFencedError, StoreBusyError, DiskFullError, StoreError (such as a newer schema).
    """

    epoch: int

    def __init__(
        self,
        path: Path,
        outputs_dir: Path,
        blobs: Blobs | None,
        *,
        epoch: int | None = None,
        settings: Settings | None = None,
        clock: Callable[[], float] = time.time,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        settings = settings or Settings()
        sidecars = Sidecars(path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with translated(path):
            opened = open_sound(path, sidecars, busy_seconds)
        super().__init__(opened.db, path, _files(outputs_dir, settings), blobs)
        self._sidecars = sidecars
        self.epoch, self._id, self._commits = 0, b"", 0
        self._log = LogSync(self._db, path, lambda: sidecars.testify(Witness(self._id, self._commits)))
        self._pending = Pending(self._db, self._files, sidecars, settings.output_inline)
        try:
            self._take_over(opened.notices, opened.halt, opened.behind, epoch, clock())
        except BaseException:
            self.close()
            raise

    def commit(self, events: Sequence[Event], *, lasting: bool = True) -> None:
        """Make all of them durable, in order, or none. Unless ``lasting``, a power cut may undo them until ``sync``."""
        if events:
            self._write(lambda: apply(self._pending, events), lasting)

    def sync(self) -> None:
        """From now on what was committed survives a power cut."""
        with self._lock, translated(self._path):
            self._log.sync()

    def live_runs(self) -> list[LiveRun]:
        """Runs that had not ended, oldest first."""
        return [self.load_run(row["id"]) for row in self._all("live_ids", {})]

    def load_run(self, run: str) -> LiveRun:
        """A run with what a controller needs to go on with it. Raises UnknownRunError."""
        with self._reading():
            row = self._row(run)
            progress = self._pending.progress(run)
            assert progress is not None
            return live_run(self._db, self._whole(row), run_rows.read_status(row), progress)

    def by_key(self, key: str) -> str | None:
        """The run that was submitted with ``key``."""
        found = self._all("run_by_key", {"key": key})
        return str(found[0]["id"]) if found else None

    def part_start(self, run: str, key: str) -> int | None:
        """The first of the tasks that were added to a run with ``key``."""
        found = self._all("part_by_key", {"id": run, "key": key})
        return int(found[0]["start"]) if found else None

    def append_outputs(self, run: str, index: int, attempt: int, outputs: Sequence[dict[str, Any]]) -> None:
        """Keep output of a running attempt. Raises StoreFencedError, UnknownRunError for what is no run id."""
        of = self._running(run, index, attempt)
        if of is not None and outputs:
            with translated(self._path):
                self._files.append(run, of, outputs)

    def append_usage(self, run: str, index: int, attempt: int, samples: Sequence[UsageSample]) -> None:
        """Keep what a running attempt uses. Raises StoreFencedError, UnknownRunError for what is no run id."""
        of = self._running(run, index, attempt)
        if of is not None and samples:
            with translated(self._path):
                self._files.append_usage(run, of, samples)

    def append_reports(self, run: str, index: int, attempt: int, reports: Sequence[Report]) -> None:
        """Keep what a running attempt reports. Raises StoreFencedError, UnknownRunError for what is no run id."""
        of = self._running(run, index, attempt)
        if of is not None and reports:
            with translated(self._path):
                self._files.append_reports(run, of, reports)

    def _running(self, run: str, index: int, attempt: int) -> Attempt | None:
        """The attempt, of the newest generation; None if there cannot be such a one."""
        if not is_run_id(run):
            raise UnknownRunError(f"{run!r} is no run id; `%remote runs` lists them")
        with self._reading():
            self._check_epoch()
            progress = self._pending.progress(run)
        if progress is None or not progress.has(index) or attempt <= 0:
            return None
        return Attempt(index, progress.generation(index), attempt)

    def prune(self, keep_days: float, keep_bytes: int, now: float) -> list[str]:
        """Delete ended runs by the retention policy, oldest first; the ids."""
        with self._reading():
            self._check_epoch()
            chosen = retention.choose(
                retention.candidates(self._db, self._files),
                retention.shared_blobs(self._db),
                retention.bytes_in_use(self._db, self._files),
                keep_days,
                keep_bytes,
                now,
            )
        self.commit([RunDeleted(run, now) for run in chosen])
        for run in {*self._files.runs(), *self._sidecars.ids()}:
            if not self._all("run_row", {"id": run}):  # a controller was killed while it deleted
                self._files.remove_run(run)
                self._sidecars.remove(run)
        with self._lock, translated(self._path):
            give_back(self._db)
        return chosen

    def sweep_blobs(self, grace: float, now: float) -> int:
        """Remove blobs that no store names and that are older than ``grace`` seconds; the bytes freed.

        Nothing is removed while a store or spool of the user cannot be read: it might name any of them.
        """
        self._check_epoch()
        named = blob_sweep.named_digests(self._path.parent.parent)
        if named is None or self._blobs is None:
            return 0
        named |= {row["digest"].hex() for row in self._all("blob_digests", {})}
        with translated(self._path):
            return blob_sweep.sweep(self._blobs, named, now - grace)

    def close(self) -> None:
        """Put everything into the database file and close it."""
        with self._lock:
            owner = self._owns()
            if owner:
                self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            self._db.close()
        if owner:
            facts = self._path.stat()
            self._sidecars.testify(Witness(self._id, self._commits, facts.st_size, facts.st_mtime_ns))
        self._sidecars.close()

    def _owns(self) -> bool:
        """Whether this is still the file's controller."""
        try:
            return self._path.exists() and self._db.execute(SQL["identity"]).fetchone()["epoch"] == self.epoch
        except sqlite3.Error:  # closed before, or unreadable
            return False

    # taking over

    def _take_over(self, notices: Sequence[str], halt: str, behind: bool, epoch: int | None, now: float) -> None:
        known = self._all("identity", {})[0]
        if epoch is not None and epoch < known["epoch"]:
            raise StoreFencedError(f"a newer controller (epoch {known['epoch']}) owns {self._path}; this one ends")
        self.epoch = known["epoch"] + 1 if epoch is None else epoch
        with transaction(self._db, self._path):
            self._db.execute(SQL["take_epoch"], {"epoch": self.epoch})
            if halt and not behind:
                self._db.execute(SQL["become_own"], {"id": schema.new_store_id(), "inode": self._path.stat().st_ino})
            for notice in notices:
                self._db.execute(SQL["add_notice"], {"at": now, "message": notice})
        known = self._all("identity", {})[0]
        self._id, self._commits = known["id"], known["commits"]
        self._sidecars.testify(Witness(self._id, self._commits))
        if halt:
            self._halt(halt, behind, now)
        if notices:  # what no controller took in is worth more now than ever
            spooled = spool.read(self._path.parent.parent / "spool" / self._path.stem)
            self.commit([TasksEnded(message.run, message.results, now) for _, message in spooled])

    def _halt(self, why: str, behind: bool, now: float) -> None:
        """End every live run: nobody knows how far it is. Runs that only their record remembers come back so too."""
        reason = _HALTED.format(why)
        facts: list[Event] = []
        for record in self._sidecars.records() if behind else ():
            run = record.run.id
            known = bool(self._all("run_row", {"id": run}))
            facts += [] if known else [RunSubmitted(record.run)]
            facts += [TasksAdded(run, part, now) for part in record.parts]
            facts += [] if known else [RunStateChanged(run, RunState.CANCELLED, now, reason)]
        live = [row["id"] for row in self._all("live_ids", {})]
        facts += [RunStateChanged(run, RunState.CANCELLED, now, reason) for run in live]
        self.commit(facts)

    def _write(self, change: Callable[[], None], lasting: bool) -> None:
        with self._lock:
            try:
                with translated(self._path):
                    self._log.before(lasting)
                with transaction(self._db, self._path):
                    if not self._db.execute(SQL["fence"], {"epoch": self.epoch}).rowcount:
                        self._check_epoch()
                    change()
                    faults.point("store.commit.applied")
                faults.point("store.commit.committed")
            except BaseException:
                self._pending.rolled_back()
                raise
            self._commits += 1
            self._log.after(lasting)
            self._pending.committed()

    def _check_epoch(self) -> None:
        with translated(self._path):
            newest = self._db.execute(SQL["identity"]).fetchone()["epoch"]
        if newest != self.epoch:
            raise StoreFencedError(
                f"a controller of epoch {newest} owns {self._path}, this one has epoch {self.epoch} and must end"
            )


def open_store(folders: Folders, settings: Settings) -> SqliteStore:
    """The store of this environment, for the controller, which holds the lock. Raises as ``SqliteStore``."""
    blobs = BlobFolder(folders.blobs, strict_sync=settings.strict_sync)
    return SqliteStore(folders.store, folders.outputs, blobs, settings=settings)


def open_reader(
    path: Path,
    outputs_dir: Path | None = None,
    blobs: Blobs | None = None,
    *,
    busy_seconds: float = BUSY_SECONDS,
    kind: type[Reader] = SqliteReader,  # type: ignore[assignment]
) -> Reader:
    """A store for reading, whoever wrote it; creates nothing.

    ``outputs_dir`` and ``blobs`` are by default where the layout of the data folder has them.
    Raises StoreError: there is none, it is damaged, or only a newer cellburst understands it.
    """
    if not path.exists():
        raise StoreError(f"there is no run store {path} yet; it is made with the first run")
    outputs_dir = outputs_dir or path.parent.parent / "outputs" / path.stem
    with translated(path):
        db = connect_reader(path, busy_seconds)
        try:
            schema.refuse_newer(db, path)
            if not schema.is_ours(db):
                raise StoreError(f"{path} is not a run store yet, or is damaged; start the controller to see")
            older = schema.make_up(db)
        except BaseException:
            db.close()
            raise
    blobs = blobs or BlobFolder(path.parent.parent / "blobs")
    return kind(db, path, _files(outputs_dir, Settings()), blobs, older=older)


def store_paths(folders: Folders) -> list[Path]:
    """The stores of all environments of this user, this environment's first."""
    found = sorted(folders.stores.glob("*.db"), key=lambda path: (path != folders.store, path.name))
    return [path for path in found if path.is_file()]


def _files(outputs_dir: Path, settings: Settings) -> OutputFiles:
    return OutputFiles(outputs_dir, settings.output_head, settings.output_tail)
