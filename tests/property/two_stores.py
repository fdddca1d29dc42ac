"""The same facts told to a database and to plain dictionaries, which must then say the same."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cellburst.errors import UnknownRunError
from cellburst.model.events import Event
from cellburst.model.report import Report
from cellburst.settings import Settings
from cellburst.store.memory import MemoryStore
from cellburst.store.sqlite import open_reader
from tests.unit.store.builders import T0, open_sqlite, run_id

COUNT = 4
MOST = 9  # tasks that a run may have grown to, and more
KEYS = (b"a" * 16, b"b" * 16)
NUMBERS = (1, 2, 3)
_SETTINGS = Settings(output_inline=60)


def everything(store: Any, run: str) -> Any:
    """All that a store says of a run, without the numbers of its lines."""
    try:
        status = store.status(run)
    except UnknownRunError:
        return None
    lines = [(line.at, line.kind, line.index, line.message) for line in store.timeline(run)]
    whole = [store.result(run, index) for index in range(MOST)]
    output = [store.outputs(run, index, attempt) for index in range(MOST) for attempt in (None, 1, 2, 3)]
    reports = [store.reports(run, index, attempt) for index in range(COUNT) for attempt in (1, 2, 3)]
    more = (output, reports, store.given(run, range(-1, MOST)), store.cached(KEYS))
    return status, store.run(run), list(store.tasks(run)), list(store.results(run)), lines, whole, more


class TwoStores:
    """A SqliteStore and a MemoryStore, through controllers that end or are killed."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")
        self.home = Path(tempfile.mkdtemp(prefix="cb-store-", dir=memory if memory.is_dir() else None))
        self.data = self.home / "data"
        self.sqlite = open_sqlite(self.data, settings=_SETTINGS)
        self.memory = MemoryStore(_SETTINGS)

    def commit(self, facts: Sequence[Event]) -> None:
        self.sqlite.commit(facts)
        self.memory.commit(facts)

    def stream(self, run: str, index: int, attempt: int, records: list[dict[str, Any]]) -> None:
        """Output of a running attempt; a controller does not stream into a task that has ended."""
        kept = everything(self.memory, run)
        if kept is None or not 0 <= index < MOST or kept[5][index] is None:
            self.sqlite.append_outputs(run, index, attempt, records)
            self.memory.append_outputs(run, index, attempt, records)

    def report(self, run: str, index: int, attempt: int, reports: list[Report]) -> None:
        """What a running attempt reports."""
        self.sqlite.append_reports(run, index, attempt, reports)
        self.memory.append_reports(run, index, attempt, reports)

    def prune(self, days: float) -> None:
        now = T0 + 86400
        assert self.sqlite.prune(days, 1 << 60, now) == self.memory.prune(days, 1 << 60, now)

    def next_controller(self) -> None:
        self.sqlite.close()
        self._reopen()

    def kill(self) -> None:
        """A killed controller leaves its files as they are now, with a log that nobody has copied into the database."""
        left = self.home / "left"
        shutil.copytree(self.data, left)
        self.sqlite.close()
        database = (left / "stores" / "env.db").read_bytes()
        with (self.data / "stores" / "env.db").open("r+b") as file:  # the same inode: it is no copy
            file.truncate()
            file.write(database)
        (left / "stores" / "env.db").unlink()
        (left / "stores" / "env.db-shm").unlink(missing_ok=True)
        shutil.copytree(left, self.data, dirs_exist_ok=True)
        shutil.rmtree(left)
        self._reopen()

    def _reopen(self) -> None:
        self.sqlite = open_sqlite(self.data, settings=_SETTINGS)
        self.memory = self.memory.reopened()

    def check(self) -> None:
        for run in map(run_id, NUMBERS):
            expected = everything(self.memory, run)
            assert everything(self.sqlite, run) == expected
            if expected is not None:
                assert self.sqlite.load_run(run) == self.memory.load_run(run)
                assert expected[0].counts.total == expected[1].count >= COUNT
                assert self.sqlite.by_key(f"key-{int(run[:7])}") == run
        assert [run.id for run in self.sqlite.runs()] == [run.id for run in self.memory.runs()]
        assert self.sqlite.live_runs() == self.memory.live_runs()
        assert self.sqlite.notices() == []

    def check_elsewhere(self) -> None:
        """Another process reads the same."""
        with open_reader(self.data / "stores" / "env.db") as reader:
            for run in map(run_id, NUMBERS):
                assert everything(reader, run) == everything(self.memory, run)

    def close(self) -> None:
        self.sqlite.close()
        shutil.rmtree(self.home)
