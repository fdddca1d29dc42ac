"""What every request needs: who asks, the books of the run that is meant, and an answer once all is durable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec

from cellburst.controller.book import RunBook
from cellburst.controller.controller import Controller
from cellburst.controller.recovery import rebuild
from cellburst.errors import UsageError
from cellburst.model.run import Run
from cellburst.wire import client as wire

NO_VALUES: Mapping[str, str] = {}


class Client(Protocol):
    """The connection that a request came over."""

    @property
    def unsent(self) -> int: ...
    def push(self, *messages: Any) -> None: ...


Handler = Callable[[Controller, Client, Any], None]


def must_be_served(controller: Controller, run: Run) -> None:
    """Raises UsageError for a target that is not there."""
    target = run.target
    served = target in controller.core.lanes if run.plan is None else controller.fleets.serve(target)
    if not served:
        known = ", ".join(sorted({*controller.core.lanes, *controller.core.queues}))
        raise UsageError(f"there is no target {target!r} here; known: {known}")


def book_of(controller: Controller, run: str, env: Mapping[str, str] = NO_VALUES) -> RunBook:
    """The books of a run, live or ended, to go on with it. ``env`` has values that were not stored.

    Raises UnknownRunError, StoreError.
    """
    live = controller.core.runs.get(run)
    if live is not None:
        return live
    # what ended in this turn is not in the store yet
    book = controller.core.closed.get(run) or rebuild(controller.store.load_run(run))
    if book.run.plan is not None:  # what they have cost counts, and their names are taken
        book.machines = {machine.name: machine for machine in controller.store.machines(run)} | book.machines
    book.run = msgspec.structs.replace(book.run, payload=book.run.payload.completed(env))
    return book


def done_after_commit(controller: Controller, client: Client, message: wire.Done) -> None:
    """Answer once everything decided in this turn is durable."""
    controller.after_commit(lambda: client.push(message))
