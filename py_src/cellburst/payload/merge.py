"""A cell's changes, made to the kernel's own variables and objects."""

from __future__ import annotations

from cellburst.payload.changes import Update
from cellburst.payload.delta import NamespaceDelta
from cellburst.payload.graph import KINDS
from cellburst.payload.namespaces import Namespace
from cellburst.payload.rebuild import sentence


def apply(delta: NamespaceDelta, namespace: Namespace) -> None:
    """Delete, assign, and change objects in place, so that whatever else refers to them sees it.

    A change that this side's object does not take is noted in ``delta.unreturned``; the others are made.
    """
    for name in delta.deleted:
        namespace.pop(name, None)
    namespace.update(delta.assigned)
    for update in delta.updates:
        _replace(update, delta)


def _replace(update: Update, delta: NamespaceDelta) -> None:
    try:
        KINDS[update.kind].replace(update.obj, update.content)
    except Exception as error:
        for name in update.names:
            delta.unreturned[name] = f"{name} could not be changed in place: {sentence(error)}"
