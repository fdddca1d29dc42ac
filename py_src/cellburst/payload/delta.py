"""What a single cell did to its variables, as one pickle.

Objects that the kernel has are named by the path to them and not sent, wherever they occur; so what the cell
made of them refers to the kernel's own objects, and each change is one object's new content.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cellburst.abc import BlobStore
from cellburst.errors import PayloadError
from cellburst.model.blob import Packed
from cellburst.payload import classes, diagnose, pickling, rebuild
from cellburst.payload.changes import Changes, Update, find_changes
from cellburst.payload.graph import Path, follow
from cellburst.payload.namespaces import Namespace, filling
from cellburst.payload.rebuild import Broken, MissingReferenceError, find_broken
from cellburst.payload.snapshot import Snapshot
from cellburst.settings import Settings

VALUE = "the value of the last expression"


@dataclass
class NamespaceDelta:
    """What a cell assigned, changed in place and deleted, and the value of its last expression.

    ``changed`` has this side's own objects, as they were before ``merge.apply``, which makes ``updates``
    to them. ``unreturned`` says by name why something could not come back.
    """

    assigned: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()
    value: Any = None
    has_value: bool = False
    unreturned: dict[str, str] = field(default_factory=dict)
    updates: list[Update] = field(default_factory=list)


def pack_delta(
    namespace_before: Snapshot,
    namespace_after: Namespace,
    value: object,
    has_value: bool,
    blobs: BlobStore,
    settings: Settings,
) -> Packed:
    """Pickle what happened since the snapshot; what cannot be pickled is left out, and said.

    Raises DiskFullError, StoreError.
    """
    changes = find_changes(namespace_before, namespace_after)

    def dump(part: Any) -> Any:
        return pickling.dump(part, settings.buffer_bytes, namespace=namespace_after, references=changes.references)

    try:
        chunks, buffers = dump(_body(changes, value, has_value))
    except (Exception, SystemExit, GeneratorExit):
        value, has_value = _leave_out(changes, value, has_value, dump, namespace_after)
        chunks, buffers = dump(_body(changes, value, has_value))
    return pickling.store(chunks, buffers, blobs, settings)


def _body(changes: Changes, value: object, has_value: bool) -> dict[str, Any]:
    return {
        "assigned": changes.assigned,
        "deleted": changes.deleted,
        "updates": [tuple(update) for update in changes.updates],
        "unreturned": changes.lost,
        "value": value,
        "has_value": has_value,
    }


def _leave_out(
    changes: Changes, value: object, has_value: bool, dump: Any, namespace: Namespace
) -> tuple[object, bool]:
    """Take out of ``changes`` whatever cannot be pickled."""

    def refusal(part: Any, obj: Any, name: str) -> str | None:
        try:
            dump(part)
        except (Exception, SystemExit, GeneratorExit) as error:
            return diagnose.explain(obj, name, namespace=namespace) or f"{name}: {rebuild.sentence(error)}"
        return None

    for name, obj in list(changes.assigned.items()):
        if why := refusal(obj, obj, name):
            del changes.assigned[name]
            changes.lost[name] = why
    for update in list(changes.updates):
        if why := refusal(update.content, update.obj, changes.references.nodes[id(update.obj)].spelled()):
            changes.updates.remove(update)
            changes.lost.update(dict.fromkeys(update.names, why))
    if has_value and (why := refusal(value, value, VALUE)):
        changes.lost[VALUE] = why
        return None, False
    return value, has_value


def unpack_delta(
    packed: Packed, blobs: BlobStore, namespace: Namespace, *, inputs: Packed | None = None
) -> NamespaceDelta:
    """Rebuild what ``pack_delta`` packed, around the objects of ``namespace``; changes nothing yet.

    ``inputs`` are the run's, for a kernel that does not have them (any more): objects that cannot be found
    in ``namespace`` are then taken from there. What cannot be rebuilt is in ``unreturned``.
    Raises PayloadError when nothing can be, DamagedBlobError.
    """
    body, buffers = pickling.fetch(packed, blobs)
    here = _Here(namespace, blobs, inputs)
    with filling(namespace), classes.adopting():
        try:
            found = _load(body, buffers, here)
        except (Exception, SystemExit, GeneratorExit):
            found = _load_what_can_be(body, buffers, here, namespace)
    updates = [Update(*update) for update in found["updates"]]
    names = {name for update in updates for name in update.names}
    delta = NamespaceDelta(
        assigned=found["assigned"],
        deleted=tuple(found["deleted"]),
        value=found["value"],
        has_value=found["has_value"],
        unreturned=found["unreturned"],
        updates=updates,
    )
    for name in names - set(delta.assigned) - set(delta.deleted):
        if name in here.from_inputs:
            delta.assigned[name] = here.root(name)
        elif name in namespace:
            delta.changed[name] = namespace[name]
    return delta


class _Here(dict[Path, Any]):
    """The objects that paths lead to, from this side's variables or, for whole variables, from the run's inputs."""

    def __init__(self, namespace: Namespace, blobs: BlobStore, inputs: Packed | None) -> None:
        self._namespace = namespace
        self._blobs = blobs
        self._inputs = inputs
        self._unpacked: Namespace | None = None
        self.from_inputs: set[str] = set()

    def __missing__(self, path: Path) -> Any:
        name = path[1]
        self[path] = obj = follow(path, self.root(name))
        return obj

    def root(self, name: str) -> Any:
        """A variable's value. Raises MissingReferenceError."""
        if name in self.from_inputs:
            if self._unpacked is None and self._inputs is not None:
                self._unpacked = pickling.unpack(self._inputs, self._blobs, namespace=self._namespace)
            return (self._unpacked or {})[name]
        try:
            return self._namespace[name]
        except KeyError:
            raise MissingReferenceError(f"it refers to {name}, which is not here") from None

    def turn_to_inputs(self, path: Path) -> bool:
        """Take the variable from the inputs from now on; False if it was already, or there are none."""
        name = path[1]
        if self._inputs is None or name in self.from_inputs:
            return False
        self.from_inputs.add(name)
        self.clear()
        return True


def _load(body: Any, buffers: list[memoryview], here: _Here) -> dict[str, Any]:
    while True:
        tried = _Tried(here)
        try:
            found: dict[str, Any] = pickling.load(body, buffers, tried)
            return found
        except MissingReferenceError:
            if not here.turn_to_inputs(tried.last):
                raise


class _Tried(dict[Path, Any]):
    """Remembers which path was asked for last."""

    def __init__(self, here: _Here) -> None:
        self._here = here
        self.last: Path = ("", "")

    def __missing__(self, path: Path) -> Any:
        self.last = path
        return self._here[path]


def _load_what_can_be(body: Any, buffers: list[memoryview], here: _Here, namespace: Namespace) -> dict[str, Any]:
    found = rebuild.tolerant_load(body, buffers, here, namespace)
    if isinstance(found, Broken) or not isinstance(found, dict):
        raise PayloadError(f"the variables cannot be rebuilt here: {getattr(found, 'why', 'no such pickle')}")
    unreturned = found["unreturned"]
    for name, value in list(found["assigned"].items()):
        if broken := find_broken(value, name):
            del found["assigned"][name]
            unreturned[name] = "{} cannot be rebuilt here: {}".format(*broken)
    for update in list(found["updates"]):
        names = update[3]
        if broken := find_broken(update[:3], " or ".join(names)):
            found["updates"].remove(update)
            unreturned.update(dict.fromkeys(names, f"it cannot be changed here: {broken[1]}"))
    if found["has_value"] and (broken := find_broken(found["value"], VALUE)):
        found.update(value=None, has_value=False)
        unreturned[VALUE] = "{} cannot be rebuilt here: {}".format(*broken)
    return found
