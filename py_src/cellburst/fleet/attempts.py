"""Attempts of whose end nobody told: a machine that freezes or dies says nothing, and its tasks begin elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cellburst.model.machine import Machine, MachineState
from cellburst.model.outcome import LossReason, TaskResult
from cellburst.wire.fleet import TaskBack, TaskBegan

SUPERSEDED = 20.0
"""Seconds of reading since a later attempt was heard of, in which a machine's word on an earlier one may still come."""
ENDED = 75.0
"""... since the machine has ended, in which outcomes may be found of which no word came."""

MachineOf = Callable[[str], Machine | None]
_Task = tuple[int, int]  # index, generation
_Key = tuple[int, int, int]  # index, generation, attempt


@dataclass
class Attempts:
    """What is executed, as far as machines told. ``_suspects`` says from when on an attempt counts as lost."""

    _under_way: dict[_Task, dict[int, TaskBegan]] = field(default_factory=dict)
    _suspects: dict[_Key, float] = field(default_factory=dict)

    def began(self, message: TaskBegan, now: float) -> None:
        """A machine executes a task: no earlier attempt at it goes on."""
        task = message.index, message.generation
        attempts = self._under_way.setdefault(task, {})
        attempts[message.attempt] = message
        for attempt in attempts:
            if attempt < message.attempt:
                self._suspects.setdefault((*task, attempt), now + SUPERSEDED)

    def back(self, message: TaskBack) -> None:
        """Its machine told how an attempt ended."""
        self._forget((message.index, message.generation), message.attempt)

    def gone(self, machine: str, now: float) -> None:
        """A machine has ended."""
        for task, attempts in self._under_way.items():
            for attempt, message in attempts.items():
                if message.worker.partition(".")[0] == machine:
                    self._suspects.setdefault((*task, attempt), now + ENDED)

    def settled(self, result: TaskResult, machine_of: MachineOf, now: float) -> list[TaskBack]:
        """A task has its outcome: what was begun before that, and not heard of since, was lost."""
        task = result.index, result.generation
        earlier = sorted(attempt for attempt in self._under_way.get(task, {}) if attempt < result.attempt)
        lost = [self._lost(task, attempt, machine_of, now) for attempt in earlier]
        for attempt in list(self._under_way.get(task, {})):
            self._forget(task, attempt)
        return lost

    def overdue(self, read: float, machine_of: MachineOf, now: float) -> Iterator[TaskBack]:
        """Attempts that are lost, as everything was read that there was at ``read`` (wall seconds)."""
        for key in sorted(key for key, due in self._suspects.items() if read >= due):
            yield self._lost(key[:2], key[2], machine_of, now)

    def _lost(self, task: _Task, attempt: int, machine_of: MachineOf, now: float) -> TaskBack:
        message = self._under_way[task][attempt]
        self._forget(task, attempt)
        loss, why, at = _reason(message.worker.partition(".")[0], machine_of, now)
        return TaskBack(0, message.run, *task, attempt, message.worker, loss, why, at)

    def _forget(self, task: _Task, attempt: int) -> None:
        attempts = self._under_way.get(task, {})
        attempts.pop(attempt, None)
        self._suspects.pop((*task, attempt), None)
        if not attempts:
            self._under_way.pop(task, None)


def _reason(name: str, machine_of: MachineOf, now: float) -> tuple[LossReason, str, float]:
    machine = machine_of(name)
    if machine is None or machine.state is not MachineState.ENDED:
        return LossReason.MACHINE_LOST, f"{name} said nothing more of it", now
    loss = LossReason.RECLAIMED if machine.reason.startswith("reclaimed") else LossReason.MACHINE_LOST
    return loss, f"{name} was lost: {machine.reason or 'it ended'}", machine.ended or now
