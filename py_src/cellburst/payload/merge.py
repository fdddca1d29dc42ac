"""A cell's changes, made to the kernel's own variables and objects."""

from __future__ import annotations

import io
import sys
import weakref
from contextlib import ExitStack, redirect_stderr, redirect_stdout, suppress
from typing import Any

from cellburst.payload import index_tables, outsiders
from cellburst.payload.changes import REPLACED, Update
from cellburst.payload.classify import KINDS
from cellburst.payload.delta import NamespaceDelta
from cellburst.payload.graph import MOST
from cellburst.payload.lifetimes import finalizers_aside
from cellburst.payload.namespaces import Namespace
from cellburst.payload.paths import follow
from cellburst.payload.rebuild import MissingReferenceError, sentence

_ANEW = (
    "{} holds more than {:,} objects and was changed, so those in it are new ones; what else refers to the old ones "
    "does not see the change"
)
_ANOTHER = "{} has a new {} for one that cannot be changed in place; what else refers to the old one still has that"
_OUR_OWN = 3  # references: of a tuple, of a variable, and of the call that counts
_TWICE = frozenset({"sequence", "mapping", "set", "instance", "stateful"})  # kinds whose content can be put in again
_ORDER = {name: number for number, name in enumerate(KINDS)}


def apply(delta: NamespaceDelta, namespace: Namespace) -> None:
    """Delete, assign, and change objects in place, so that whatever else refers to them sees it.

    A change that this side's object does not take is noted in ``delta.unreturned``; the others are made.
    """
    ended, delta.ended = delta.ended, []
    replaced = [(update.names, _found(update, namespace)) for update in delta.updates if update.kind == REPLACED]
    for name in delta.deleted:
        namespace.pop(name, None)
    namespace.update(delta.assigned)
    updates = [update for update in delta.updates if update.kind != REPLACED]
    for update in sorted(updates, key=_place):
        _replace(update, delta)
    for index in delta.looked_up:
        index_tables.make(index)
    if ended:
        _end(ended, updates)
    for names, old in replaced:
        if old is not None and sys.getrefcount(old) > _OUR_OWN:
            where = " or ".join(names)
            delta.unreturned[f"the identity of {where}"] = _ANOTHER.format(where, type(old).__name__)
    changed = {name for update in updates for name in update.names}
    delta.name_placeholders({name: namespace[name] for name in sorted(changed) if name in namespace})


def _end(ended: list[Any], updates: list[Update]) -> None:
    """Let these objects go; what their finalizers and callbacks do has been done where the cell ran."""
    callbacks = any(reference.__callback__ for obj in ended for reference in _references_to(obj))
    quiet = {stream: io.StringIO() for stream in ("stdout", "stderr") if callbacks}
    with ExitStack() as stack:
        stack.enter_context(finalizers_aside({type(obj) for obj in ended}, frozenset(map(id, ended))))
        if quiet:
            stack.enter_context(redirect_stdout(quiet["stdout"]))
            stack.enter_context(redirect_stderr(quiet["stderr"]))
        ended.clear()
    if callbacks:  # they may have changed what they had changed there
        for update in updates:
            if update.kind in _TWICE:
                with suppress(Exception):
                    KINDS[update.kind].replace(update.obj, update.content)


def _references_to(obj: Any) -> list[Any]:
    """Weak references that tell somebody; those of weak dictionaries and sets are their own affair."""
    found = [reference for reference in weakref.getweakrefs(obj) if isinstance(reference, weakref.ref)]
    return [reference for reference in found if getattr(reference.__callback__, "__module__", "") != "weakref"]


def _found(update: Update, namespace: Namespace) -> Any:
    """The object of this side that another will take the place of; None if it is gone."""
    try:
        return follow(update.content, namespace[update.content[1]])
    except (LookupError, MissingReferenceError):
        return None


def _place(update: Update) -> tuple[int, int]:
    """When it is its turn; a counter before what it takes from."""
    return _ORDER[update.kind], -update.content[1] if update.kind == "counter" else 0


def _replace(update: Update, delta: NamespaceDelta) -> None:
    left_behind = update.whole and outsiders.refer_into(update.obj, update.content)
    try:
        KINDS[update.kind].replace(update.obj, update.content)
    except Exception as error:
        for name in update.names:
            delta.unreturned[name] = f"{name} could not be changed in place: {sentence(error)}"
        return
    if left_behind:
        where = " or ".join(update.names)
        delta.unreturned[f"the identity of what is in {where}"] = _ANEW.format(where, MOST)
