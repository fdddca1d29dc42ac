"""What there is: the user's stores, their controllers, and how much is going on."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from cellburst._version import __version__
from cellburst.abc import RunBrowser
from cellburst.errors import UnknownRunError
from cellburst.model.browsing import RunQuery
from cellburst.model.machine import Machine
from cellburst.model.run import Counts
from cellburst.server import rows
from cellburst.server.schemas import status as s
from cellburst.server.service import Service
from cellburst.targets import about, known


class _Store(NamedTuple):
    env: str
    python: str
    runs: int
    counts: Counts
    machines: list[s.LiveMachinesRow]


def status(service: Service) -> s.StatusAnswer:
    """Every store of the user, also those that cannot be read now: they say why."""
    found, troubles = service.stores.each(_look)
    stores = [
        s.StoreRow(store.env, store.python, service.controllers.look(service.stores.folders(store.env), store.runs > 0))
        for store in found
    ]
    stores += [
        s.StoreRow(trouble.env, "", service.controllers.look(service.stores.folders(trouble.env), False), trouble.error)
        for trouble in troubles
    ]
    counts = s.LiveCounts(
        runs=sum(store.runs for store in found),
        running=sum(store.counts.running for store in found),
        queued=sum(store.counts.queued for store in found),
    )
    targets = [s.TargetRow(name, about(target)) for name, target in known()[0].items()]
    machines = sorted((row for store in found for row in store.machines), key=lambda row: (-row.rate, row.run))
    return s.StatusAnswer(__version__, service.clock(), stores, counts, targets, machines)


def _look(env: str, reader: RunBrowser) -> _Store:
    gists = reader.gists(run.id for run in reader.page(RunQuery(limit=1)))
    python = next((gist.python for gist in gists.values()), "")
    return _Store(env, python, *reader.live_counts(), _machines(reader))


def _machines(reader: RunBrowser) -> list[s.LiveMachinesRow]:
    by_run: dict[str, list[Machine]] = {}
    for machine in reader.live_machines():
        by_run.setdefault(machine.run, []).append(machine)
    found = []
    for run, machines in by_run.items():
        with suppress(UnknownRunError):  # deleted a moment ago
            found.append(rows.live_machines_row(reader.summary(run), machines))
    return found
