"""Reading the states of the libraries that are loaded, and making them fit to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from cellburst.abc import BlobStore
from cellburst.errors import UnpicklableError
from cellburst.library_state import registry
from cellburst.model.blob import Packed
from cellburst.model.manifest import InputEntry, Manifest
from cellburst.payload.namespaces import Namespace
from cellburst.payload.pickling import pack
from cellburst.settings import Settings

States = dict[str, Any]
NOTHING: Mapping[str, Any] = MappingProxyType({})


def held_name(state: str) -> str:
    """What the value of a state is called where it stands among the variables."""
    return f"the state {state}"


def held(*, announced: bool = False) -> States:
    """By ``held_name``, the states that a cell may change in place: they have objects of the user's.

    With ``announced`` those alone that objects enter by themselves.
    """
    found = {}
    for state in registry.loaded():
        if state.holds and (state.announced or not announced):
            with suppress(Exception):  # was said when it was sent
                found[held_name(state.name)] = state.get()
    return found


def called() -> States:
    """By name, the states that may have functions which libraries call, without being named by a cell."""
    found = {}
    for state in registry.loaded():
        if state.calls:
            with suppress(Exception):  # is said where it is sent
                found[state.name] = state.get()
    return found


def hooks(states: Mapping[str, Any]) -> States:
    """By ``held_name``, those of them that are not as right after their import."""
    return {held_name(name): value for name, value in states.items() if value is not None}


@dataclass
class Gathered:
    """Values by the name of their state; ``problems`` says by name why another state does not travel."""

    values: States = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def gather(*, seeded: bool = True, known: Mapping[str, Any] = NOTHING) -> Gathered:
    """What of the libraries' state is not as right after their import; without generators unless ``seeded``.

    ``known`` are states that were read for the same cell.
    """
    found = Gathered()
    for state in registry.loaded():
        if state.seeded and not seeded:
            continue
        try:
            value = known[state.name] if state.name in known else state.get()
        except Exception as error:
            found.problems[state.name] = f"it cannot be read: {type(error).__name__}: {error}"
            continue
        if value is not None:
            found.values[state.name] = value
    return found


def with_problems(manifest: Manifest, gathered: Gathered) -> Manifest:
    """The manifest, in which a warning tells each state that does not travel."""
    if not gathered.problems:
        return manifest
    said = [
        InputEntry(held_name(name), "state", None, "skipped", why, f"{held_name(name)} does not travel: {why}")
        for name, why in gathered.problems.items()
    ]
    return Manifest((*manifest.entries, *said))


def pack_states(
    gathered: Gathered,
    blobs: BlobStore,
    settings: Settings,
    *,
    namespace: Namespace | None = None,
    known: Mapping[int, str] | None = None,
) -> Packed | None:
    """Pickle the values, None if there are none; what cannot travel is taken out and becomes a problem.

    Objects in ``known``, by ``id``, are named and not sent. Raises DiskFullError, StoreError.
    """
    if not gathered.values:
        return None
    try:
        return pack(gathered.values, blobs, settings, namespace=namespace, known=known)
    except UnpicklableError:
        _leave_out(gathered, blobs, settings, namespace, known)
    return pack(gathered.values, blobs, settings, namespace=namespace, known=known) if gathered.values else None


def _leave_out(
    gathered: Gathered,
    blobs: BlobStore,
    settings: Settings,
    namespace: Namespace | None,
    known: Mapping[int, str] | None,
) -> None:
    for name, value in list(gathered.values.items()):
        try:
            pack(value, blobs, settings, namespace=namespace, known=known, name=f"the state {name}")
        except UnpicklableError as error:
            del gathered.values[name]
            gathered.problems[name] = str(error)
