"""Whose definition of a notebook class is the true one.

A class has the same identity wherever it travels, and its attributes come with it each time it arrives. A kernel
that collects a result must not have its own classes changed by the worker's copies of them, while a worker must
see what the kernel changed since the last run. So a class has an owner, the process that defined it or took it
over; what the owner sends is the truth, and nobody tells the owner.
"""

from __future__ import annotations

import os
import threading
import uuid
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cloudpickle  # type: ignore[import-untyped]

from cellburst.payload import class_making, class_state

_process = uuid.uuid4().hex
_owners: weakref.WeakKeyDictionary[type, str] = weakref.WeakKeyDictionary()
_filled_here = threading.local()


def _new_process() -> None:
    global _process
    _process = uuid.uuid4().hex


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_process)


def is_dynamic(cls: type) -> bool:
    """Whether a class cannot be imported on the other side."""
    if cls in _NAMELESS or cls in cloudpickle.cloudpickle._BUILTIN_TYPE_NAMES:
        return False
    return not cloudpickle.cloudpickle._should_pickle_by_reference(cls)


_NAMELESS = frozenset({type(None), type(Ellipsis), type(NotImplemented)})


def reduce_class(cls: type) -> tuple[Any, ...]:
    """How to rebuild a class of the notebook, for pickle, with its owner."""
    owner = _owners.setdefault(cls, _process)
    state = owner, owner == _process, tuple(class_state.read(cls)), class_making.member_state(cls)
    return class_making.make_class, class_making.arguments_for(cls), state, None, None, fill


def fill(cls: type, pickled: tuple[str, bool, Any, dict[str, Any] | None]) -> None:
    """Give a class its attributes, unless this process knows better."""
    owner, from_owner, state, members = pickled
    present = _owners.get(cls)
    if present is not None and (not from_owner or owner == _process):
        return
    if members is not None:
        class_making.fill_members(cls, members)
    class_making.make_like(cls, class_state.ClassState(*state))
    _owners[cls] = owner
    created = getattr(_filled_here, "classes", None)
    if created is not None:
        created.append(cls)


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
