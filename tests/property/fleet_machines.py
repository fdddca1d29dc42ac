"""Machines in simulated time: they boot or do not, take tasks, fall silent, are taken back, and keep their deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cellburst.bucket.records import News
from cellburst.fleet import facts
from cellburst.model.machine import MachineState
from cellburst.model.outcome import LossReason, OutcomeKind
from cellburst.wire import fleet as wire
from tests.property.fleet_parts import RUN, Server

if TYPE_CHECKING:
    from tests.property.fleet_world import World


class Machines:
    """Those of a world's run."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._busy: set[int] = set()

    def power_off(self, server: Server, code: str) -> None:
        """By whomever, for ever; what it held is missed when its lease is over."""
        if server.ended is None:
            server.ended, server.code = self._world.now, code
            if server.held is not None:
                index = server.held[0]
                self._busy.discard(index)
                worker, attempt = f"{server.machine}.0", server.attempt
                back = wire.TaskBack(0, RUN, index, 1, attempt, worker, LossReason.RECLAIMED, "", self._world.now)
                self._world.post(90.0, facts.Told(RUN, back))

    def boot(self, server: Server) -> None:
        """Its own deadline first; then it may never be heard of."""
        self._world.later(
            server.deadline - self._world.now, lambda: self.power_off(server, "Client.InstanceInitiatedShutdown")
        )
        if self._world.random.random() < self._world.trouble.dead_on_arrival:
            return
        if server.market == "spot" and self._world.random.random() < self._world.trouble.reclaimed:
            self._world.later(
                self._world.random.uniform(10, 1500), lambda: self.power_off(server, "Server.SpotInstanceShutdown")
            )
        self._world.later(self._world.random.uniform(15, 60), lambda: self._beat(server, MachineState.SETTING_UP))
        self._world.later(self._world.random.uniform(61, 120), lambda: self._work(server))

    def _beat(self, server: Server, state: MachineState, reason: str = "") -> None:
        if server.ended is None and not server.silent:
            server.news += 1
            held = (server.held,) if server.held else ()
            self._world.post(
                2.0, facts.Heard(RUN, News(server.machine, server.news, self._world.now, state, reason, held))
            )

    def _work(self, server: Server, idle: int = 0) -> None:
        """A machine takes what waits, one task at a time, and ends when there is nothing for a minute."""
        if server.ended is not None:
            return
        if self._world.random.random() < self._world.trouble.frozen:
            server.silent = True
            return
        waiting = [i for i, state in self._world.tasks.items() if state == "waiting" and i not in self._busy]
        if waiting and server.deadline - self._world.now > 90:
            index = waiting[0]
            self._busy.add(index)
            server.held, server.attempt = (index, 1), server.attempt + 1
            self._beat(server, MachineState.RUNNING)
            self._world.later(
                self._world.random.uniform(0.2, 2.0) * self._world.task_seconds, lambda: self._finish(server, index)
            )
        elif idle >= 4:
            self._beat(server, MachineState.ENDING, "nothing left to do")
            self._world.later(1.0, lambda: self.power_off(server, "Client.InstanceInitiatedShutdown"))
        else:
            self._beat(server, MachineState.RUNNING)
            self._world.later(15.0, lambda: self._work(server, idle + 1))

    def _finish(self, server: Server, index: int) -> None:
        if server.ended is None and not server.silent:
            server.held = None
            self._busy.discard(index)
            self._world.settle(index, "done", OutcomeKind.SUCCEEDED)
            self._work(server)
