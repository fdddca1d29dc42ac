"""What the reactor decided: facts to commit, commands for backends, news for followers."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cellburst.model.events import Event
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


class RecallTasks(Struct, frozen=True):
    """Take back what a worker has not started."""

    target: str
    worker: str


class CancelTasks(Struct, frozen=True):
    """End tasks that a worker holds."""

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


Command = StartWorkers | DefineRun | AssignTasks | RecallTasks | CancelTasks | StopWorkers | ForgetRun


class Ended(Struct, frozen=True):
    """News: these tasks of a run have their outcome."""

    run: str
    results: Sequence[TaskResult]


class Moved(Struct, frozen=True):
    """News: the counts or the state of a run changed."""

    run: str


News = Ended | Moved


class Effects(Struct):
    """Collected during one turn of the loop; facts first, then commands, then news."""

    facts: list[Event] = []
    commands: list[Command] = []
    news: list[News] = []

    def __bool__(self) -> bool:
        return bool(self.facts or self.commands or self.news)
