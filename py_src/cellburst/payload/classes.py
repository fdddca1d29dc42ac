"""Whose definition of a notebook class is the true one.

cloudpickle gives a class the same identity wherever it travels, and overwrites its attributes each time it
arrives. A kernel that collects a result must not have its own classes changed by the worker's copies of them,
while a worker must see what the kernel changed since the last run. So a class has an owner, the process that
defined it or took it over; what the owner sends is the truth, and nobody tells the owner.
"""

from __future__ import annotations

import os
import threading
import uuid
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import EnumMeta
from types import MemberDescriptorType
from typing import Any

_process = uuid.uuid4().hex
_owners: weakref.WeakKeyDictionary[type, str] = weakref.WeakKeyDictionary()
_filled_here = threading.local()


def _new_process() -> None:
    global _process
    _process = uuid.uuid4().hex


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_process)


def with_owner(cls: type, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Add the owner to what cloudpickle made of a class: ``(make, arguments, state, None, None, setter)``."""
    make, arguments, (attributes, more), _, _, setter = reduced
    # A slot with a private name is in there under its full name; the new class has made it already.
    state = {name: value for name, value in attributes.items() if type(value) is not MemberDescriptorType}, more
    owner = _owners.setdefault(cls, _process)
    return make, arguments, (owner, owner == _process, setter, state), None, None, fill


def fill(cls: type, pickled: tuple[str, bool, Callable[[type, Any], None], Any]) -> None:
    """Give a class its attributes, unless this process knows better."""
    owner, from_owner, setter, state = pickled
    present = _owners.get(cls)
    if present is not None and (not from_owner or owner == _process):
        return
    if present is not None:
        _remove_stale(cls, state)
    setter(cls, state)
    _owners[cls] = owner
    created = getattr(_filled_here, "classes", None)
    if created is not None:
        created.append(cls)


def _remove_stale(cls: type, state: Any) -> None:
    if isinstance(cls, EnumMeta):
        return
    slots = vars(cls).get("__slots__", ())
    kept = {*state[0], *([slots] if isinstance(slots, str) else slots)}
    for name in [name for name in vars(cls) if not name.startswith("__") and name != "_abc_impl"]:
        if name not in kept:
            type.__delattr__(cls, name)


@contextmanager
def adopting() -> Iterator[None]:
    """This process takes over the classes that are new to it inside: a cell defined them here, so to speak."""
    outer = getattr(_filled_here, "classes", None)
    created: list[type] = []
    _filled_here.classes = created
    try:
        yield
    finally:
        _filled_here.classes = outer
    for cls in created:
        _owners[cls] = _process
