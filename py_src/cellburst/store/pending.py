"""What a transaction has changed so far: runs as they are now, and files that go, or come back, when it ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from cellburst.model.run import ENDED
from cellburst.store import rows, timeline
from cellburst.store.outputs import Attempt, OutputFiles
from cellburst.store.progress import Progress, load_progress
from cellburst.store.queries import SQL
from cellburst.store.sidecar import Sidecars


class Pending:
    """What facts have changed in a transaction that somebody else opens and ends.

    ``committed`` and ``rolled_back`` must be called after it: files are removed only once the rows that
    no longer need them are durable, and memory that a rollback made wrong is dropped.
    """

    def __init__(self, db: sqlite3.Connection, files: OutputFiles, sidecars: Sidecars, inline_bytes: int) -> None:
        self.db = db
        self.files = files
        self.sidecars = sidecars
        self.inline = inline_bytes
        self.runs: dict[str, Progress] = {}
        self.changed: dict[str, Progress] = {}
        self.folded: list[tuple[str, Attempt]] = []
        self.deleted: list[str] = []
        self.recorded: list[str] = []
        self.grown: dict[str, int] = {}
        self.over: list[str] = []

    def write_runs(self) -> None:
        """The rows of the runs that changed. Raises sqlite3.Error."""
        for progress in self.changed.values():
            self.db.execute(SQL["update_run"], progress.row)
        self.changed.clear()

    def committed(self) -> None:
        """The rows are durable."""
        for run, attempt in self.folded:
            self.files.discard(run, attempt)
        for run in self.deleted:
            self.files.remove_run(run)
            self.sidecars.remove(run)
        for run in self.over:
            progress = self.runs.get(run)
            if progress is not None and progress.state in ENDED:
                del self.runs[run]
        self._clear()

    def rolled_back(self) -> None:
        """Nothing happened."""
        for run, size in self.grown.items():
            self.sidecars.shrink(run, size)
        for run in self.recorded:
            self.sidecars.remove(run)
        self.runs.clear()
        self._clear()

    def _clear(self) -> None:
        self.changed.clear()
        for names in (self.deleted, self.recorded, self.over):
            names.clear()
        self.folded.clear()
        self.grown.clear()

    def progress(self, run: str) -> Progress | None:
        """Where a run is; None if there is no such run."""
        found = self.runs.get(run)
        if found is None:
            found = load_progress(self.db, run)
            if found is not None:
                self.runs[run] = found
                self.over += [run] if found.state in ENDED else []
        return found

    def release(self, progress: Progress, indices: Sequence[int]) -> None:
        """Nobody has these tasks any more."""
        for number, left in progress.release(indices).items():
            if left:
                self.db.execute(SQL["shrink_lease"], {"number": number, "indices": rows.indices_body(left)})
            else:
                self.db.execute(SQL["delete_lease"], {"number": number})

    def add_line(self, number: int, line: timeline.Line | None) -> None:
        """One more of a run's timeline, if there is one."""
        if line is not None:
            values = {"run": number, "at": line.at, "kind": line.kind, "idx": line.task, "message": line.message}
            self.db.execute(SQL["insert_line"], values)
