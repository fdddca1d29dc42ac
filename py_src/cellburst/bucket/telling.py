"""News from a machine: what happened is told soon, that it is there regularly, and nothing under two numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec.structs import replace

from cellburst.abc import Clock, ObjectStore
from cellburst.bucket import news
from cellburst.bucket.held import HeldTasks
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.news import NewsItem
from cellburst.bucket.reach import Reach
from cellburst.bucket.records import News
from cellburst.bucket.signing import Signer
from cellburst.model.gaps import gap
from cellburst.model.machine import MachineState, MachineUse
from cellburst.wire.pool import Sampled
from cellburst.wire.worker import Progressed, Streamed

NEWS_OF_A_TURN = 10_000_000
"""More than one process ever tells: what the next one tells has higher numbers."""
SOON = 2.0
"""Seconds between two batches while there is something to tell."""
_BATCH = 500  # events in one object
_MOST = 5000  # events that are kept while the bucket cannot be reached


@dataclass
class Telling:
    """The news of one machine; ``beat`` is the most seconds between two."""

    keys: RunKeys
    name: str
    signer: Signer
    store: ObjectStore
    clock: Clock
    server_now: Callable[[], float]
    held: HeldTasks
    beat: float
    state: MachineState = MachineState.SETTING_UP
    reason: str = ""
    use: MachineUse | None = None
    notice: float | None = None
    _events: list[NewsItem] = field(default_factory=list)
    _batch: bytes | None = None
    number: int = 0
    _told: float = float("-inf")
    _urgent: bool = True

    def tell(self, event: NewsItem) -> None:
        """For the next batch."""
        self._events.append(event)
        if len(self._events) > _MOST:
            self._thin_out()

    def say(self, state: MachineState, reason: str, use: MachineUse | None, notice: float | None) -> None:
        """How the machine is; told at once if it is another state."""
        self._urgent |= (state, reason, notice) != (self.state, self.reason, self.notice)
        self.state, self.reason, self.notice = state, reason, notice
        self.use = use or self.use

    @property
    def silent(self) -> bool:
        """Whether everything has been told."""
        return not self._events and self._batch is None and not self._urgent

    def step(self, reach: Reach, now: bool = False) -> None:
        """Write what is due; ``now``: whatever there is."""
        since = self.clock.boot() - self._told
        soon = since >= SOON and (self._events or self._urgent)
        if self._batch is None and (now or soon or since >= self.beat):
            self._begin()
        if self._batch is None:
            return
        data = self._batch
        key = self.keys.news_part(self.server_now(), self.name, self.number)
        if reach.attempt(lambda: self.store.put(key, data)):
            self.number += 1
            self._batch, self._told = None, self.clock.boot()
            if now and self._events:
                self.step(reach, now)

    def _begin(self) -> None:
        events, self._events = self._events[:_BATCH], self._events[_BATCH:]
        said = News(
            self.name,
            self.number,
            self.server_now(),
            self.state,
            self.reason,
            self.held.running(),
            self.use,
            self.notice,
            news.pack(events),
        )
        self._batch = news.seal_news(self.keys, self.signer, said)
        self._urgent = False

    def _thin_out(self) -> None:
        """Let go of what is for looking at only; of output a sentence stays that says how much is missing."""
        kept: list[NewsItem] = []
        for event in self._events[: _MOST // 2]:
            if isinstance(event, Streamed):
                missing = sum(len(str(record.get("text", ""))) for record in event.outputs)
                kept.append(replace(event, outputs=(gap(missing),)))
            elif not isinstance(event, (Sampled, Progressed)):
                kept.append(event)
        self._events[: _MOST // 2] = kept
