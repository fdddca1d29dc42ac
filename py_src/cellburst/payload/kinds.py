"""How one kind of mutable object is looked into, compared with how it was, and changed in place.

The worker freezes what the inputs are, and after the cell asks whether they are the same; for those
that are not it sends a content, which the kernel puts into its own object. Parts are compared by
identity, so that each object is judged by itself and only the one that changed is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import is_
from typing import Any, Protocol

from cellburst.payload.steps import own_attributes, slot_names

Step = tuple[Any, ...]
Part = tuple[Step, Any]
AttributeChanges = tuple[dict[str, Any], "list[str] | None"]

_MISSING = object()


class Judge(Protocol):
    """What is asked while objects are frozen and compared."""

    def __call__(self, obj: Any, /) -> Any:
        """A digest of its pickle."""
        ...

    def claim(self, owner: Any, array: Any, /) -> bool:
        """Whether this array is the one that answers for the memory of that owner."""
        ...


class NotReplaceableError(Exception):
    """The change cannot be made in place: whatever refers to the object must refer to another one."""


def _no_parts(_: Any) -> Iterable[Part]:
    return ()


def _not_replaceable(*_: Any) -> Any:
    raise NotReplaceableError


@dataclass(frozen=True)
class Kind:
    """One kind of object.

    ``parts`` are those that a path can lead to, the same on both sides. ``freeze(obj, digest)`` remembers,
    ``same(frozen, obj, digest)`` compares, ``content(obj, frozen)`` is what is sent (``frozen`` None: all
    of it), ``replace(obj, content)`` makes the kernel's object like it.
    """

    name: str
    freeze: Callable[[Any, Judge], Any]
    same: Callable[[Any, Any, Judge], bool]
    content: Callable[[Any, Any], Any] = _not_replaceable
    replace: Callable[[Any, Any], None] = _not_replaceable
    parts: Callable[[Any], Iterable[Part]] = _no_parts


def fixed(name: str) -> Kind:
    """A kind of object that never changes, and is named instead of sent where the other side has it."""
    return Kind(name, lambda *_: None, lambda *_: True)


def by_digest(obj: Any, digest: Judge) -> Any:
    """Freeze an object as the digest of its pickle."""
    return digest(obj)


def same_digest(frozen: Any, obj: Any, digest: Judge) -> bool:
    """Compare the digest of its pickle."""
    return bool(frozen == digest(obj))


def attribute_changes(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> AttributeChanges:
    """What was set, and which names were deleted (None: all others)."""
    if before is None:
        return dict(now), None
    changed = {name: value for name, value in now.items() if before.get(name, _MISSING) is not value}
    return changed, [name for name in before if name not in now]


def same_attributes(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether the same names have the same objects."""
    if len(before) != len(now):
        return False
    if all(map(is_, before.values(), now.values())) and all(map(is_, before, now)):  # in the same order
        return True
    return all(before.get(name, _MISSING) is value for name, value in now.items())


def set_attributes(obj: Any, changes: AttributeChanges) -> None:
    """Make changes to an instance, past any `__setattr__` of its class."""
    changed, deleted = changes
    slots = set(slot_names(type(obj)))  # type: ignore[arg-type]
    for name in deleted if deleted is not None else [name for name in own_attributes(obj) if name not in changed]:
        if name in own_attributes(obj):
            object.__delattr__(obj, name)
    for name, value in changed.items():
        if name in slots:
            object.__setattr__(obj, name, value)
        else:
            object.__getattribute__(obj, "__dict__")[name] = value


def set_state(obj: Any, state: Any) -> None:
    """Give an object its pickled state as unpickling does."""
    if hasattr(obj, "__setstate__"):
        obj.__setstate__(state)
        return
    own, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
    set_attributes(obj, ({**(own or {}), **(slots or {})}, []))
