"""What there is: the user's stores, their controllers, and how much is going on."""

from __future__ import annotations

from typing import NamedTuple

from cellburst._version import __version__
from cellburst.abc import RunBrowser
from cellburst.model.browsing import RunQuery
from cellburst.model.run import Counts
from cellburst.model.target import TARGETS
from cellburst.server import schemas as s
from cellburst.server.service import Service


class _Store(NamedTuple):
    env: str
    python: str
    runs: int
    counts: Counts


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
    targets = [s.TargetRow(name, what) for name, what in TARGETS.items()]
    return s.StatusAnswer(__version__, service.clock(), stores, counts, targets)


def _look(env: str, reader: RunBrowser) -> _Store:
    gists = reader.gists(run.id for run in reader.page(RunQuery(limit=1)))
    python = next((gist.python for gist in gists.values()), "")
    return _Store(env, python, *reader.live_counts())
