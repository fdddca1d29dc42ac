"""What the bucket wants of those who execute tasks on a machine."""

from __future__ import annotations

from msgspec import Struct

from cellburst.bucket.held import Task


class Orders(Struct, frozen=True):
    """What is to be done now: tasks (index, generation) to cancel because nobody wants them any more, tasks to prune.

    ``end`` is why the machine is to end ("": not yet): interrupt what is executed, say so with ``lost``, and ``close``.
    ``calm``: ``take`` would take nothing for now. ``trouble`` is why the bucket cannot be reached ("": it can).
    ``settled`` are tasks of which it was told that they ended or were lost, and that is in the bucket now, or stands
    otherwise there: the pool may forget them.
    """

    cancel: tuple[Task, ...] = ()
    prune: tuple[Task, ...] = ()
    end: str = ""
    calm: bool = False
    trouble: str = ""
    settled: tuple[Task, ...] = ()
