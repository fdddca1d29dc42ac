"""Runs whose results are kept: of a cell, and of a function's calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cellburst.client.caching.code import knows_its_place, seed_of, source_digest
from cellburst.client.caching.keys import Ingredients, check, with_keys
from cellburst.client.caching.objects import Seen, object_digest
from cellburst.client.connecting.connection import Connection
from cellburst.client.options.submission import SubmitOptions
from cellburst.model.run import Run

__all__ = ["check", "keyed_calls", "keyed_cell", "seeded_by_function", "seeded_by_source"]

if TYPE_CHECKING:
    from cellburst.cells.capture import Captured


def seeded_by_source(options: SubmitOptions, source: str, flags: int) -> SubmitOptions:
    """With a seed that the cell's code decides, unless there is one: so that the same cell finds its results again."""
    return options if options.seed is not None else replace(options, seed=seed_of(source_digest(source, flags)))


def seeded_by_function(options: SubmitOptions, fn: Callable[..., Any]) -> SubmitOptions:
    """The same for a function."""
    return options if options.seed is not None else replace(options, seed=seed_of(object_digest(fn, None, Seen())))


def keyed_cell(
    run: Run, captured: Captured, sweep: Any, states: Mapping[str, object], namespace: dict[str, Any], to: Connection
) -> tuple[Run, bytes]:
    """The run of a cell with keys for its tasks, and these. Raises as ``with_keys``."""
    made_of = Ingredients(
        code=source_digest(run.payload.source, run.payload.futures),
        objects=sorted(captured.inputs.items()),
        states=states,
        namespace=namespace,
        modules=(*captured.local_modules, *captured.names.imports),
        placed=knows_its_place(run.payload.source),
    )
    return with_keys(run, made_of, sweep, to.blobs, to.settings)


def keyed_calls(
    run: Run, called: tuple[Any, ...], sweep: Any, states: Mapping[str, object], to: Connection
) -> tuple[Run, bytes]:
    """The same for the calls of a function, ``(fn, args, kwargs)``. Raises UsageError for a search, too.

    A command (``commands.process``) is a process of its own, for which this one's state makes no difference.
    """
    check(run.sweep, run.payload.collect)
    seen = Seen()
    placed = getattr(called[0], "placed", None)
    if placed is not None:
        states = {}
    made_of = Ingredients(object_digest(called[0], None, seen), called, states, None, placed=bool(placed), seen=seen)
    return with_keys(run, made_of, sweep, to.blobs, to.settings)
