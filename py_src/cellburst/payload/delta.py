"""What a single cell did to its variables, as one pickle.

Objects that the kernel has are named by the path to them and not sent, wherever they occur; so what the cell
made of them refers to the kernel's own objects, and each change is one object's new content.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from cellburst.abc import BlobStore
from cellburst.errors import PayloadError
from cellburst.model.blob import Packed
from cellburst.payload import classes, diagnose, pickling, placeholders, places, rebuild, tensor_graphs
from cellburst.payload.changes import Changes, Update, find_changes
from cellburst.payload.namespaces import Namespace, filling
from cellburst.payload.paths import Path, follow
from cellburst.payload.placeholders import Placeholder, Reason
from cellburst.payload.rebuild import Broken, MissingReferenceError, find_broken, paths_to
from cellburst.payload.snapshot import Snapshot
from cellburst.payload.standins import StandIns
from cellburst.settings import Settings

VALUE = "the value of the last expression"
ERROR = "the exception"
NO_STATES: Mapping[str, Any] = MappingProxyType({})


@dataclass
class NamespaceDelta:
    """What a cell assigned, changed in place and deleted, and the value of its last expression.

    ``changed`` has this side's own objects, as they were before ``merge.apply``, which makes ``updates``
    to them. ``states`` is what it changed of its libraries' state. ``placeholders`` stand for what could not come
    back, each at its place; ``unreturned`` says by name of what else that is so, and why. ``error`` is what the cell
    raised, if that could travel. ``ended`` has this side's objects whose copies' finalizers ran there,
    ``looked_up`` pandas indexes whose copies were first asked for a label there.
    """

    assigned: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()
    value: Any = None
    has_value: bool = False
    unreturned: dict[str, str] = field(default_factory=dict)
    updates: list[Update] = field(default_factory=list)
    states: dict[str, Any] = field(default_factory=dict)
    placeholders: list[Placeholder] = field(default_factory=list)
    error: BaseException | None = None
    ended: list[Any] = field(default_factory=list)
    looked_up: list[Any] = field(default_factory=list)

    def tell_placeholders(self, run: str) -> None:
        """Tell all which run left them."""
        for found in self.placeholders:
            placeholders.explain(found, run=run)

    def name_placeholders(self, roots: Mapping[str, Any]) -> None:
        """Tell those that do not know it yet how to get to them, from the variables (or what they are called)."""
        unnamed = {id(found): found for found in self.placeholders if not placeholders.reason_of(found).name}
        for key, path in paths_to(unnamed, roots).items() if unnamed else ():
            placeholders.explain(unnamed[key], name=path)


def pack_delta(
    namespace_before: Snapshot,
    namespace_after: Namespace,
    value: object,
    has_value: bool,
    blobs: BlobStore,
    settings: Settings,
    states: Mapping[str, Any] = NO_STATES,
    devices: Collection[str] | None = None,
    error: BaseException | None = None,
) -> Packed:
    """Pickle what happened since the snapshot, with placeholders for what cannot travel.

    ``devices`` ("cpu", "cuda") are those of the other side; None does not ask where tensors lie. ``error`` is what the
    cell raised.
    Raises DiskFullError, StoreError.
    """
    changes = find_changes(namespace_before, namespace_after)

    def dump(part: Any) -> Any:
        return pickling.dump(
            part, settings.buffer_bytes, namespace=namespace_after, references=changes.references, arranged=True
        )

    try:
        chunks, buffers = dump(_body(changes, value, has_value, states, error))
    except (Exception, SystemExit, GeneratorExit):
        states = _states_that_travel(states, changes, dump)
        stand_ins = StandIns(namespace_after, changes.references, devices)
        value = _replace_what_nothing_can_stand_in(changes, value, stand_ins)
        error = None if stand_ins.fails(error) else error
        body = {
            **_body(changes, value, has_value, states, error),
            "placeholders": stand_ins.found,
        }  # last: it is filled then
        chunks, buffers = stand_ins.dump(body, settings.buffer_bytes)
    namespace_before.kinds |= changes.references.kinds
    return pickling.store(chunks, buffers, blobs, settings)


def _body(
    changes: Changes, value: object, has_value: bool, states: Mapping[str, Any], error: BaseException | None
) -> dict[str, Any]:
    looked_up = {"looked_up": changes.looked_up} if changes.looked_up else {}
    return {
        "error": error,
        "states": dict(states),
        "assigned": changes.assigned,
        "deleted": changes.deleted,
        "updates": [tuple(update) for update in changes.updates],
        "unreturned": changes.lost,
        "ended": changes.ended,
        "value": value,
        "has_value": has_value,
        **looked_up,
    }


def _replace_what_nothing_can_stand_in(changes: Changes, value: object, stand_ins: StandIns) -> object:
    """Take out of ``changes`` what cannot be pickled even with placeholders inside; what becomes of ``value``."""

    def fails(part: Any) -> BaseException | None:
        try:
            stand_ins.dump(part, 0)
        except (Exception, SystemExit, GeneratorExit) as error:
            return error
        return None

    for name, obj in changes.assigned.items():
        if error := fails(obj):
            changes.assigned[name] = stand_ins.whole(obj, error)
    for update in list(changes.updates):
        if error := fails(update.content):
            changes.updates.remove(update)
            where = changes.references.nodes[id(update.obj)].spelled()
            changes.lost.update(dict.fromkeys(update.names, f"{where} cannot be pickled: {diagnose.said(error)}"))
    error = fails(value)
    return value if error is None else stand_ins.whole(value, error)


def _states_that_travel(states: Mapping[str, Any], changes: Changes, dump: Any) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, state in states.items():
        try:
            dump(state)
        except (Exception, SystemExit, GeneratorExit) as error:
            changes.lost[f"the state {name}"] = rebuild.sentence(error)
        else:
            kept[name] = state
    return kept


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
    with filling(namespace), classes.adopting(), tensor_graphs.noting() as without_graph:
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
        states=found["states"],
        placeholders=found.get("placeholders", []),
        error=found["error"] if isinstance(found["error"], BaseException) else None,
        ended=here.those_at(found.get("ended", ())),
        looked_up=here.those_at(found.get("looked_up", ())),
    )
    for name in names - set(delta.assigned) - set(delta.deleted):
        if name in here.from_inputs:
            delta.assigned[name] = here.root(name)
        elif name in namespace:
            delta.changed[name] = namespace[name]
    named = {**delta.assigned, VALUE: delta.value, ERROR: delta.error}
    delta.name_placeholders(named)
    delta.unreturned.update(tensor_graphs.losses(without_graph, named, updates))
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
        place = places.is_place(name)
        found = places.earlier_value_of(name) if place else self._namespace.get(name, places.MISSING)
        if found is places.MISSING:
            raise MissingReferenceError(f"it refers to {places.spelled(name)}, which is not here")
        return found

    def those_at(self, places: Collection[Path]) -> list[Any]:
        """The objects of this side's variables at these paths that are there."""
        found = []
        for path in places:
            try:
                found.append(follow(path, self.root(path[1])))
            except (LookupError, MissingReferenceError):
                continue
        return found

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
    """What can be rebuilt, with placeholders; an object that is to be changed and is not here is left out, and said."""
    found, broken = rebuild.tolerant_load(body, buffers, here, namespace)
    if isinstance(found, Broken) or not isinstance(found, dict):
        raise PayloadError(f"the variables cannot be rebuilt here: {getattr(found, 'why', 'no such pickle')}")
    _leave_out(found)
    needed = {key: found[key] for key in ("assigned", "updates", "value", "error")}
    reached = paths_to({id(one) for one in broken}, needed)
    for one in broken:
        why = one.why
        placeholders.become(one, Reason("", f"cannot be rebuilt here: {why}", rebuild.way_out(why)))
    stand_ins = [one for one in broken if id(one) in reached]
    return {**found, "placeholders": [*found.get("placeholders", ()), *stand_ins]}


def _leave_out(found: dict[str, Any]) -> None:
    """Take out what nothing can stand in for: a state, and a change to an object that is not here."""
    for name, state in list(found["states"].items()):
        if left := find_broken(state, name):
            del found["states"][name]
            found["unreturned"][f"the state {name}"] = "it cannot be rebuilt here: {1}".format(*left)
    for update in list(found["updates"]):
        obj, _, content, names, _ = update
        if gone := next((part for part in (obj, content) if isinstance(part, Broken)), None):
            found["updates"].remove(update)
            found["unreturned"].update(dict.fromkeys(names, f"it cannot be changed here: {gone.why}"))
