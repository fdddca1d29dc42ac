"""What a controller needs of a run to go on with it."""

from __future__ import annotations

import sqlite3

from cellburst.model.known import Tried, in_order
from cellburst.model.outcome import LossReason
from cellburst.model.run import Run, RunStatus
from cellburst.model.stored import LiveRun
from cellburst.store.parts import given_of, keys_of
from cellburst.store.progress import Progress
from cellburst.store.queries import ANY_INDEX, SQL


def live_run(db: sqlite3.Connection, run: Run, status: RunStatus, progress: Progress) -> LiveRun:
    """The run as far as its rows tell. Raises sqlite3.Error, DamagedBlobError."""
    losses: dict[int, int] = {}
    failures: dict[int, int] = {}
    among = {"run": progress.number, "start": 0, "stop": ANY_INDEX}
    tried: list[Tried] = []
    for index, generation, attempt, loss, worker in db.execute(SQL["attempts"], among):
        if generation == progress.generation(index):
            counts = failures if loss is None else losses
            counts[index] = counts.get(index, 0) + 1
            if loss is not None:
                tried.append(Tried(index, generation, attempt, worker, LossReason(loss)))
    for index, number in progress.holder.items():
        lease = progress.leases[number]
        tried.append(Tried(index, progress.generation(index), lease.attempt, lease.worker))
    endings = progress.endings
    added = [index for index in range(run.sweep.own, progress.count) if not endings[index]]
    return LiveRun(
        run=run,
        status=status,
        ended=frozenset(index for index, code in enumerate(endings) if code),
        generations=dict(progress.generations),
        losses=losses,
        failures=failures,
        leased={index: progress.leases[number].attempt for index, number in progress.holder.items()},
        open=progress.open,
        given=given_of(db, progress.number, added),
        tried=in_order(tried),
        keys=keys_of(db, progress.number, added) if run.options.cache else {},
    )
