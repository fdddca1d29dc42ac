"""What holds for the whole interface: the words of states, the shape of errors, and its own document."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

RunStateName = Literal["queued", "running", "cancelling", "succeeded", "failed", "cancelled"]
TaskStateName = Literal["queued", "running", "succeeded", "failed", "cancelled", "unknown", "pruned"]
SweepKind = Literal["", "single", "copies", "grid", "table", "search", "calls"]
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


class OpenApi(Struct, frozen=True):
    """An OpenAPI 3.1 document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]
