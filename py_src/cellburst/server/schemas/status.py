"""What is going on: stores, their controllers, targets, and what is live."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cellburst.server.schemas.interface import ErrorBody


class ControllerRow(Struct, frozen=True):
    """The controller of one Python environment. "stuck" is there and does not answer."""

    state: Literal["running", "stopped", "newer", "stuck"]
    pid: int | None = None
    version: str = ""
    message: str = ""
    hint: str = ""


class StoreRow(Struct, frozen=True):
    """A run store: one for each Python environment. ``python`` is the version that submitted its newest run."""

    env: str
    python: str
    controller: ControllerRow
    error: ErrorBody | None = None


class LiveCounts(Struct, frozen=True):
    """Runs that have not ended, and their tasks by state."""

    runs: int = 0
    running: int = 0
    queued: int = 0


class TargetRow(Struct, frozen=True):
    """A place that a cell can be sent to: ``%%remote name``."""

    name: str
    what: str


class LiveMachinesRow(Struct, frozen=True):
    """The machines of a run that have not ended: how many, by state, and dollars an hour of those that cost something.

    ``title`` is what the run is called: its name, or what its code begins with.
    """

    run: str
    title: str
    machines: int
    states: dict[str, int]
    rate: float


class StatusAnswer(Struct, frozen=True):
    """The server's cellburst, every store of the user, and how much is going on. ``at`` is the server's clock.

    ``machines`` has the runs whose machines have not all ended, the dearest first.
    """

    version: str
    at: float
    stores: list[StoreRow]
    counts: LiveCounts
    targets: list[TargetRow]
    machines: list[LiveMachinesRow]
