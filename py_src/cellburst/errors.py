"""Every exception that cellburst raises on purpose.

The tree::

    CellburstError
    ├── UsageError            what was typed cannot be meant
    │   ├── MagicLineError    ... in a %%remote or %remote line; points at the place
    │   ├── SweepError        ... in the parameters of a sweep
    │   └── UnknownRunError   no run (or task) with that id
    ├── CaptureError          the cell cannot be sent
    │   └── UnpicklableError  ... because a value cannot travel
    ├── PayloadError          bytes that cannot be used
    │   └── DamagedBlobError  ... because they are not what was written
    ├── PlaceholderError      something was used that stayed on the worker
    ├── StoreError            the run store cannot be read or written
    │   ├── StoreBusyError
    │   ├── StoreFencedError  a newer controller owns it
    │   └── DiskFullError
    ├── ControllerError       the controller cannot be started or reached
    │   └── VersionSkewError
    └── RunError              a run did not give what was asked of it
        ├── RunCancelled
        ├── TaskTimeout
        ├── WorkerLost
        └── RemoteError       an exception of the task that could not travel itself

A class's docstring is its default message; every message says what, why and the way out.
"""

from __future__ import annotations


class CellburstError(Exception):
    """Something went wrong in cellburst."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class UsageError(CellburstError):
    """That is not how it is used; see %%remote? for the options."""


class MagicLineError(UsageError):
    """The line cannot be understood; see %%remote? for the options."""


class SweepError(UsageError):
    """These parameters give no sweep."""


class UnknownRunError(UsageError):
    """No such run; `%remote runs` lists them."""


class CaptureError(CellburstError):
    """The cell cannot be sent."""


class UnpicklableError(CaptureError):
    """A value that the cell reads cannot travel."""


class PayloadError(CellburstError):
    """The bytes of a payload cannot be used."""


class DamagedBlobError(PayloadError):
    """A stored value is not what was written; run the task again with `%remote retry`."""


class PlaceholderError(CellburstError):  # no AttributeError or TypeError: code that tries what it may do swallows those
    """What stands here is a placeholder: the object itself stayed on the worker."""


class StoreError(CellburstError):
    """The run store cannot be used; `cellburst doctor` says why."""


class StoreBusyError(StoreError):
    """Another process has held the run store for too long; close it and try again."""


class StoreFencedError(StoreError):
    """A newer controller owns the run store."""


class DiskFullError(StoreError):
    """The disk of the run store is full; free some space, then `%remote retry last`."""


class ControllerError(CellburstError):
    """The controller cannot be started or reached; `cellburst doctor` says why."""


class VersionSkewError(ControllerError):
    """The running controller speaks another version; `cellburst doctor --restart` makes way for a new one."""


class RunError(CellburstError):
    """The run did not end as asked."""


class RunCancelled(RunError):
    """The run was cancelled; `%remote retry last` runs what is missing."""


class TaskTimeout(RunError):
    """The task was ended at its time limit; raise it with --timeout."""


class WorkerLost(RunError):
    """The worker process ended before its task did."""


class RemoteError(RunError):
    """The task raised an exception that cannot be rebuilt here.

    ``ename`` and ``evalue`` are the remote type's name and its message.
    """

    def __init__(self, ename: str, evalue: str) -> None:
        self.ename = ename
        self.evalue = evalue
        super().__init__(f"{ename}: {evalue}")

    def __reduce__(self) -> tuple[type[RemoteError], tuple[str, str]]:
        return RemoteError, (self.ename, self.evalue)
