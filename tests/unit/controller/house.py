"""A controller with fake workers, an in-memory store and a clock that tests move."""

from __future__ import annotations

from typing import Any

from cellburst.controller.controller import Controller
from cellburst.controller.requests import answer
from cellburst.model.blob import Packed
from cellburst.model.ids import new_run_id
from cellburst.model.payload import Payload
from cellburst.model.run import Run, RunOptions, RunStatus
from cellburst.model.sweep import SweepView
from cellburst.settings import Settings
from cellburst.store.memory import MemoryStore
from cellburst.testing.backend import FakeBackend
from cellburst.testing.clock import FakeClock
from cellburst.testing.loop import FakeLoop
from cellburst.wire import client as wire


class FakeClient:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.unsent = 0

    def push(self, *messages: Any) -> None:
        self.heard += messages

    def last(self, kind: type) -> Any:
        return next(message for message in reversed(self.heard) if isinstance(message, kind))

    def all(self, kind: type) -> list[Any]:
        return [message for message in self.heard if isinstance(message, kind)]


def a_run(count: int = 1, kind: str = "copies", key: str = "", number: int | None = None, **options: Any) -> Run:
    """A run of ``count`` tasks; with a ``number`` its id is no chance."""
    sweep = SweepView("single" if kind == "single" else "copies", count)
    run = new_run_id(1_700_000_000.0) if number is None else f"0000000-{number:04d}"
    payload = Payload("cell", Packed(b"}."), source="1")
    return Run(run, key or run, "test", "local", payload, sweep, RunOptions(**options), 1_700_000_000.0, code="1")


class House:
    """Everything together; ``turn`` ends a turn of the loop."""

    def __init__(
        self, store: Any = None, capacity: int = 2, holdings: Any = (), start_search: Any = None, **settings: Any
    ) -> None:
        self.clock = FakeClock()
        self.loop = FakeLoop(self.clock)
        self.store = store if store is not None else MemoryStore()
        self.backend = FakeBackend(capacity, holdings=list(holdings))
        self.stopped = False
        self.controller = Controller(
            Settings(**settings), self.store, {"local": self.backend}, self.loop, self.clock, self._stop, start_search
        )
        self.backend.listen(self.controller.listener)
        self.client = FakeClient()

    def _stop(self) -> None:
        self.stopped = True

    def ask(self, message: Any) -> Any:
        """Send a request and end the turn; the answer."""
        answer(self.controller, self.client, message)
        self.turn()
        replies = [m for m in self.client.heard if isinstance(m, (wire.Done, wire.Refusal))]
        return replies[-1] if replies else None

    def submit(self, run: Run) -> Run:
        """Submit and follow."""
        assert isinstance(self.ask(wire.Submit(1, run)), wire.Done)
        return run

    def turn(self) -> None:
        self.controller.end_turn()

    def workers(self, count: int) -> list[str]:
        """Let workers come that were asked for."""
        names = [self.backend.come() for _ in range(count)]
        self.turn()
        return names

    def advance(self, seconds: float) -> None:
        self.loop.advance(seconds)
        self.turn()

    def status(self, run: Run) -> RunStatus:
        return self.controller.status(run.id)

    def finish_all(self, seconds: float = 1.0) -> int:
        """Workers go on until nothing is held; how many tasks they ended."""
        ended = 0
        while busy := [name for name, tasks in self.backend.held.items() if tasks]:
            for name in busy:
                self.backend.finish(name, seconds=seconds)
                ended += 1
            self.turn()
        return ended
