"""The questions and answers of commands. A field that a command does not know is refused: it was meant."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from cellburst.server.schemas.interface import Text


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """A command that needs no more than its path."""


class CancelBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The tasks to cancel; without them the whole run."""

    tasks: Annotated[tuple[Annotated[int, Meta(ge=0, le=1_000_000_000)], ...], Meta(max_length=1_000_000)] | None = None


class RetryBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Which tasks run again."""

    which: Literal["unfinished", "failed", "missing"] = "unfinished"


class RerunBody(Struct, frozen=True, forbid_unknown_fields=True):
    """``worst`` is what a person has agreed to: the dollars that its machines may cost at worst, as its plan says."""

    worst: Annotated[float, Meta(ge=0, le=1e9)] | None = None


class RenameBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The new name of a run."""

    name: Text


class CommandAnswer(Struct, frozen=True):
    """The command was carried out, and that is durable."""

    ok: bool
    data: dict[str, Any]
