"""A run that machines serve, and what the next process would have to be told of it, which knows nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from cellburst.backends.fleet_record import Record
from cellburst.model.blob import Packed
from cellburst.model.machine import Machine
from cellburst.model.payload import REACHING
from cellburst.model.run import Run
from cellburst.wire import fleet as wire


@dataclass
class Served:
    """A run and what it would have to be told again. ``waiting`` are tasks without an outcome: generation and given.

    ``record`` is what the next process need not find out again. ``reaching`` is how its submitter reaches the cloud,
    which is for the process and in nothing that is sent.
    """

    run: Run
    reaching: dict[str, str] = field(default_factory=dict)
    record: Record = field(default_factory=Record)
    machines: dict[str, Machine] = field(default_factory=dict)
    waiting: dict[int, tuple[int, Packed | None]] = field(default_factory=dict)
    cancelled: list[wire.CancelTasks] = field(default_factory=list)
    finished: bool = False

    @classmethod
    def of(cls, run: Run) -> Served:
        """A run of which nothing was heard yet."""
        ambient = run.payload.ambient
        reaching = {name: value for name, value in ambient.items() if name.startswith(REACHING)}
        return cls(replace(run, payload=replace(run.payload, ambient={})), reaching)

    def begin(self) -> wire.Begin:
        """What comes first: the run, its machines, and what is known of its tasks."""
        return wire.Begin(self.run, tuple(self.machines.values()), self.record.known())

    def whole(self) -> list[Any]:
        """Everything."""
        messages: list[Any] = [self.begin()]
        for bare in (True, False):
            alike = {index: one for index, one in self.waiting.items() if (one[1] is None) is bare}
            if alike:
                given = () if bare else tuple(one for _, one in alike.values() if one is not None)
                generations = tuple(generation for generation, _ in alike.values())
                messages.append(wire.Enqueue(self.run.id, tuple(alike), generations, given))
        return [*messages, *self.cancelled, *([wire.Finish(self.run.id)] if self.finished else [])]
