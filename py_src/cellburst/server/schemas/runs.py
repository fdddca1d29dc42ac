"""The questions and answers about runs."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from cellburst.model.manifest import InputEntry
from cellburst.model.run import Counts
from cellburst.server.schemas.interface import ErrorBody, RunStateName, StoreTrouble, SweepKind, Text
from cellburst.server.schemas.machines import MeterRow, PlanRow


class CountsRow(Counts, frozen=True):
    """Tasks by state."""


class RunRow(Struct, frozen=True, kw_only=True):
    """A run in a list. ``code_line`` is what its code begins with; ``reason`` says what pending tasks wait for.

    ``kind`` is that of its sweep, empty if the record is damaged. ``eta`` is seconds left, if that can be told.
    ``meter`` is what machines of its own cost; None: it has had none that cost anything. ``elsewhere``: it was started
    on another computer, and is only followed here: it can be cancelled as a whole, but not changed.
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
    meter: MeterRow | None = None
    elsewhere: bool = False


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
    cache: Literal["", "use", "refresh"]


class OriginRow(Struct, frozen=True):
    """Who submitted it and from where. ``cell`` is the notebook's own id of the cell, empty if that is not known."""

    notebook: str
    kernel: str
    python: str
    version: str
    pid: int
    cell: str


class SearchRow(Struct, frozen=True):
    """Who decides which tasks there are: points that earlier ones suggest, or copies until ``condition`` is true.

    ``direction`` is empty for the latter, and so are ``sampler`` and ``pruner``; ``most`` is how many tasks at most.
    """

    kind: Literal["search", "until"]
    metric: str
    most: int
    direction: Literal["", "minimize", "maximize"] = ""
    sampler: str = ""
    pruner: str = ""
    condition: str = ""


class SweepRow(Struct, frozen=True):
    """The parameters of a run: their names, in order, and how many tasks there are."""

    kind: SweepKind
    names: list[str]
    count: int


class RunDetail(RunRow, frozen=True, kw_only=True):
    """A run with what was submitted. With ``error`` the record is damaged, and what it would say is empty.

    ``open``: more tasks will be added, by ``search`` or by whoever submitted it. ``cached`` tasks were not executed:
    they have the results of earlier ones. ``plan`` is None for runs that start no machines.
    """

    code: str
    manifest: list[InputRow]
    sent: int
    options: OptionsRow | None
    origin: OriginRow | None
    sweep: SweepRow
    folder: str
    open: bool = False
    search: SearchRow | None = None
    cached: int = 0
    plan: PlanRow | None = None
    error: ErrorBody | None = None


class StatesAnswer(Struct, frozen=True):
    """The state of every task: a letter each, a number before a letter says how often it follows.

    q queued, r running, s succeeded, f failed, c cancelled, u unknown, p pruned: ``3sf2q`` are six tasks.
    """

    count: int
    states: str
