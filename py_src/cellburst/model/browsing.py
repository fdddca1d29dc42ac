"""What one asks of a store in order to look through it, and rows that only then are shown."""

from __future__ import annotations

from msgspec import Struct


class RunQuery(Struct, frozen=True):
    """Which runs of a store, newest first: at most ``limit``, submitted before ``before`` (when, id).

    ``states`` empty: any; ``text`` is looked for in id, name, code and notebook, ASCII letters in either case.
    """

    limit: int = 100
    before: tuple[float, str] | None = None
    states: frozenset[str] = frozenset()
    target: str = ""
    text: str = ""


class RunGist(Struct, frozen=True):
    """What never changes about a run and is in no column: the kind of its sweep, the submitter's Python, and whether it
    was started on another computer."""

    kind: str
    python: str
    elsewhere: bool = False


class TaskQuery(Struct, frozen=True):
    """Which tasks of a run: ``limit`` of them from ``offset`` on, in the order of ``sort``.

    ``sort`` is "index", "state", "attempt", "started", "seconds", "peak_rss", "worker" or "value"; or
    "param", "value" or "metric" with a ``name``. Numbers come before texts; a task that has nothing there comes last
    in either direction; among equals the index decides. ``text`` is looked for in parameters, errors, notes and
    workers, and in values and metrics that are texts; ASCII letters in either case.
    """

    offset: int = 0
    limit: int = 100
    sort: str = "index"
    name: str = ""
    descending: bool = False
    states: frozenset[str] = frozenset()
    text: str = ""


class Reported(Struct, frozen=True):
    """A task whose newest generation has reported: its last attempt that did, and when it last did (wall seconds)."""

    index: int
    generation: int
    attempt: int
    at: float


class AttemptRow(Struct, frozen=True):
    """One try at a task. ``outcome`` is an OutcomeKind value, "retried" for an exception that had retries left, or
    empty while it runs."""

    generation: int
    attempt: int
    outcome: str
    worker: str = ""
    started: float | None = None
    ended: float | None = None
    message: str = ""
