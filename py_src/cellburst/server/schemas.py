"""The questions and answers about stores and runs; tasks, commands and changes have modules of their own.

The OpenAPI document, and the page's types, are made from these.

Times are wall seconds since 1970, durations seconds, sizes bytes. Values of parameters, results and metrics are JSON
scalars, or short texts that stand for what JSON has not.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from cellburst.model.manifest import InputEntry
from cellburst.model.run import Counts

RunStateName = Literal["queued", "running", "cancelling", "succeeded", "failed", "cancelled"]
TaskStateName = Literal["queued", "running", "succeeded", "failed", "cancelled", "unknown"]
SweepKind = Literal["", "single", "copies", "grid", "table"]
Text = Annotated[str, Meta(max_length=200)]


class ErrorBody(Struct, frozen=True):
    """What went wrong: the kind of error, the sentence for the user, and what else may help."""

    type: str
    message: str
    hint: str = ""


class ErrorAnswer(Struct, frozen=True):
    """The one shape of every answer that is no success."""

    error: ErrorBody


class StoreTrouble(Struct, frozen=True):
    """A run store that cannot be read now: its runs are missing from the answer."""

    env: str
    error: ErrorBody


# status


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


class StatusAnswer(Struct, frozen=True):
    """The server's cellburst, every store of the user, and how much is going on. ``at`` is the server's clock."""

    version: str
    at: float
    stores: list[StoreRow]
    counts: LiveCounts
    targets: list[TargetRow]


# runs


class CountsRow(Counts, frozen=True):
    """Tasks by state."""


class RunRow(Struct, frozen=True, kw_only=True):
    """A run in a list. ``code_line`` is what its code begins with; ``reason`` says what pending tasks wait for.

    ``kind`` is that of its sweep, empty if the record is damaged. ``eta`` is seconds left, if that can be told.
    """

    id: str
    name: str
    target: str
    state: RunStateName
    counts: CountsRow
    submitted: float
    started: float | None
    ended: float | None
    notebook: str
    code_line: str
    env: str
    reason: str
    single: bool
    kind: SweepKind
    eta: float | None = None


class RunsQuery(Struct, frozen=True):
    """Which runs. ``before`` is the ``next`` of the page before; ``text`` is looked for in id, name, code, notebook."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    before: Text = ""
    state: tuple[RunStateName, ...] = ()
    target: Text = ""
    text: Text = ""


class RunsAnswer(Struct, frozen=True):
    """Runs of every store, newest first; ``next`` is empty on the last page."""

    at: float
    runs: list[RunRow]
    next: str
    troubles: list[StoreTrouble]


class InputRow(InputEntry, frozen=True):
    """A name that the code reads, and how it travelled."""


class OptionsRow(Struct, frozen=True):
    """What the user asked for, in the magic's words."""

    parallel: int | None
    retries: int
    timeout: float | None
    seed: int
    at_most_once: bool
    on_interrupt: Literal["cancel", "detach"]


class OriginRow(Struct, frozen=True):
    """Who submitted it and from where. ``cell`` is the notebook's own id of the cell, empty if that is not known."""

    notebook: str
    kernel: str
    python: str
    version: str
    pid: int
    cell: str


class SweepRow(Struct, frozen=True):
    """The parameters of a run: their names, in order, and how many tasks there are."""

    kind: SweepKind
    names: list[str]
    count: int


class RunDetail(RunRow, frozen=True, kw_only=True):
    """A run with what was submitted. With ``error`` the record is damaged, and what it would say is empty."""

    code: str
    manifest: list[InputRow]
    sent: int
    options: OptionsRow | None
    origin: OriginRow | None
    sweep: SweepRow
    folder: str
    error: ErrorBody | None = None


class StatesAnswer(Struct, frozen=True):
    """The state of every task: a letter each, a number before a letter says how often it follows.

    q queued, r running, s succeeded, f failed, c cancelled, u unknown: ``3sf2q`` are six tasks.
    """

    count: int
    states: str


# timeline


class TimelineQuery(Struct, frozen=True):
    """Lines after the one with this id."""

    after: Annotated[int, Meta(ge=0, le=(1 << 53) - 1)] = 0


class TimelineRow(Struct, frozen=True):
    """A line of a run's history; ``task`` is None where it is about the run as a whole."""

    id: int
    at: float
    what: str
    text: str
    task: int | None = None


class TimelineAnswer(Struct, frozen=True):
    """What happened to a run, oldest first."""

    events: list[TimelineRow]


# the interface itself


class OpenApi(Struct, frozen=True):
    """An OpenAPI 3.1 document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]
