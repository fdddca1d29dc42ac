"""What the reactor decided: facts to commit, commands for backends, news for followers."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cellburst.model.blob import Packed
from cellburst.model.events import Event
from cellburst.model.machine import Machine
from cellburst.model.outcome import TaskResult
from cellburst.model.run import Run


class StartWorkers(Struct, frozen=True):
    """Ask for more workers."""

    target: str
    count: int


class DefineRun(Struct, frozen=True):
    """Say what the tasks of a run share."""

    target: str
    run: Run


class AssignTasks(Struct, frozen=True):
    """Give tasks to a worker. ``careful``: only once the lease is durable."""

    target: str
    worker: str
    run: str
    indices: Sequence[int]
    generations: Sequence[int]
    attempt: int
    careful: bool = False
    given: Sequence[Packed] = ()


class RecallTasks(Struct, frozen=True):
    """Take back what a worker has not started."""

    target: str
    worker: str


class CancelTasks(Struct, frozen=True):
    """End tasks that a worker holds."""

    target: str
    run: str
    indices: Sequence[int]


class EndEarly(Struct, frozen=True):
    """Let running tasks end when they report next."""

    target: str
    run: str
    indices: Sequence[int]


class StopWorkers(Struct, frozen=True):
    """End idle workers."""

    target: str
    workers: Sequence[str]


class ForgetRun(Struct, frozen=True):
    """A run has ended."""

    target: str
    run: str


class BeginRun(Struct, frozen=True):
    """Let the machines of a queue's target serve a run; ``machines`` are those that it has had."""

    target: str
    run: Run
    machines: Sequence[Machine] = ()


class EnqueueTasks(Struct, frozen=True):
    """Hand tasks to the queue that the machines of a run take them from, once it is durable that they wait."""

    target: str
    run: str
    indices: Sequence[int]
    generations: Sequence[int]
    given: Sequence[Packed] = ()
    careful: bool = True


Command = StartWorkers | DefineRun | AssignTasks | RecallTasks | CancelTasks | EndEarly | StopWorkers | ForgetRun
QueueCommand = BeginRun | EnqueueTasks


class Ended(Struct, frozen=True):
    """News: these tasks of a run have their outcome."""

    run: str
    results: Sequence[TaskResult]


class EndedAlike(Struct, frozen=True):
    """News: these tasks of a run ended before anybody began them."""

    run: str
    indices: Sequence[int]


class Began(Struct, frozen=True):
    """News: a worker was given these tasks."""

    run: str
    indices: Sequence[int]


class Moved(Struct, frozen=True):
    """News: the counts or the state of a run changed."""

    run: str


News = Ended | EndedAlike | Began | Moved


class Effects(Struct):
    """Collected during one turn of the loop; facts first, then commands, then news."""

    facts: list[Event] = []
    commands: list[Command | QueueCommand] = []
    news: list[News] = []

    def __bool__(self) -> bool:
        return bool(self.facts or self.commands or self.news)
