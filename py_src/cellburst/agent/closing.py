"""The end of a machine: nothing new, then a notice, then an interrupt, then everything that is left is written."""

from __future__ import annotations

import time
from collections.abc import Callable

from cellburst.abc import Loop
from cellburst.agent.agent import Agent
from cellburst.agent.bucket_thread import BucketThread
from cellburst.agent.log import log
from cellburst.agent.saving import SavingThread
from cellburst.backends.local import LocalBackend
from cellburst.model.machine import MachineState

_STUBBORN = 3.0  # seconds for what was interrupted and its grace time, until nobody waits for it any more


class Closing:
    """``begin`` once; ``stop`` is called when the machine may go."""

    def __init__(
        self,
        agent: Agent,
        loop: Loop,
        backend: LocalBackend,
        bucket: BucketThread,
        saving: SavingThread,
        grace: float,
        stop: Callable[[], None],
    ) -> None:
        """``grace`` is what the pool gives a task between its interrupt and its end, in seconds."""
        self._agent = agent
        self._loop = loop
        self._backend = backend
        self._bucket = bucket
        self._saving = saving
        self._grace = grace
        self._stop = stop
        self._until = float("inf")
        self._latest = float("inf")
        self._left = False

    def begin(
        self, reason: str, until: float, latest: float, notice: float | None = None, *, hurried: bool = False
    ) -> None:
        """End: tasks that still run are interrupted at ``until``, and at ``latest`` (both monotonic) nobody waits any
        more. ``notice`` is when the machine is taken away, in wall seconds; ``hurried`` as in ``Agent.close``. Of two
        ends the earlier one holds."""
        if until >= self._until:
            return
        first, self._until, self._latest = self._until == float("inf"), until, min(self._latest, latest)
        log(f"ends: {reason}")
        self._bucket.ask(lambda side: side.say(MachineState.ENDING, reason, notice=notice), soon=True)
        if first:
            self._agent.when_empty = self._leave
        if len(self._agent.hand.held):
            self._backend.give_notice()
        self._loop.later(max(0.0, until - time.monotonic()), lambda: self._interrupt(until, reason))
        self._agent.close(reason, hurried=hurried)

    def _interrupt(self, until: float, reason: str) -> None:
        if until == self._until and not self._left:
            self._saving.save_all(lambda: None)
            self._agent.reclaim(reason)
            self._loop.later(self._grace + _STUBBORN, self._leave)

    def _leave(self) -> None:
        """Nothing is left to wait for. What is not written by then comes back by itself, once its lease is over."""
        if self._left:
            return
        self._left = True
        self._saving.save_all(self._write)
        self._loop.later(max(0.0, self._latest - time.monotonic()), self._stop)

    def _write(self) -> None:
        if not self._bucket.close(max(1.0, min(60.0, self._latest - time.monotonic()))):
            log("not everything could be written; what is missing is done again elsewhere")
        self._stop()
