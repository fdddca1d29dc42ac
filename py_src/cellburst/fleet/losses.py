"""Counting what machines lost of each task, each attempt once, also across processes that look after them."""

from __future__ import annotations

from cellburst.fleet.state import Served
from cellburst.model.known import Known, Tried
from cellburst.model.outcome import LossReason
from cellburst.wire.fleet import TaskBack, TaskBegan

_TAKEN = frozenset({LossReason.RECLAIMED, LossReason.MACHINE_LOST})


def count(served: Served, lost: Tried | TaskBack) -> None:
    """An attempt was lost."""
    which = lost.index, lost.generation, lost.attempt
    if which in served.counted:
        return
    served.counted.add(which)
    machine = served.machine(lost.worker.partition(".")[0])
    if lost.loss in _TAKEN and machine is not None and machine.market == "spot":
        served.losses[lost.index] = served.losses.get(lost.index, 0) + 1
    if lost.loss is LossReason.OUT_OF_MEMORY:
        served.memory[lost.index] = served.memory.get(lost.index, 0) + 1


def recall(served: Served, known: Known, now: float) -> None:
    """Go on from what is on record; what was begun on machines that have ended since is looked into."""
    for tried in sorted(known.tried, key=lambda each: each.attempt):
        if tried.loss is not None:
            count(served, tried)
        else:
            of = (tried.index, tried.generation, tried.attempt, tried.worker)
            served.attempts.began(TaskBegan(served.id, *of, 0.0), now)
    for name, life in served.lives.items():
        if not life.machine.live:
            served.attempts.gone(name, now)
