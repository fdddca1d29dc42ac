"""What is told of calls whose end is not known, as code for the standard library's process pools expects it.

A module of its own, loaded when there is such a call: what it imports takes as long as ten calls.
"""

from __future__ import annotations

from concurrent.futures.process import BrokenProcessPool

from cellburst.errors import ControllerError, PayloadError, WorkerLost


class ExecutorBroken(BrokenProcessPool, ControllerError):
    """The executor's controller is gone and cannot be had again."""


class CallLost(BrokenProcessPool, WorkerLost):
    """The call's worker ended before it did, each time that it was tried; the executor itself goes on."""


class CallUnreadable(BrokenProcessPool, PayloadError):
    """What a call was given cannot be unpickled by a worker, or what it returned cannot be unpickled here."""
