"""The questions and answers about what happened to a run."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


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
