"""Every exception that cellburst raises on purpose.

The tree::

    CellburstError
    ├── UsageError            what was typed cannot be meant
    │   ├── MagicLineError    ... in a %%remote or %remote line; points at the place
    │   ├── SweepError        ... in the parameters of a sweep
    │   ├── UnknownRunError   no run (or task) with that id
    │   └── TargetError       ... in targets.toml, or said of a target
    │       └── UnknownTargetError
    ├── CaptureError          the cell cannot be sent
    │   ├── UnpicklableError  ... because a value cannot travel
    │   └── EnvironmentRefused  ... because the environment that it needs cannot be made there
    ├── PayloadError          bytes that cannot be used
    │   └── DamagedBlobError  ... because they are not what was written
    ├── PlaceholderError      something was used that stayed on the worker
    ├── StoreError            the run store cannot be read or written
    │   ├── StoreBusyError
    │   ├── StoreFencedError  a newer controller owns it
    │   └── DiskFullError
    ├── CloudError            a cloud did not do what was asked; the message says what to do
    │   ├── AccessError       ... because these credentials may not, or there are none
    │   ├── CapacityError     ... because it has no such machine to give now
    │   ├── ThrottledError    ... because it was asked too often
    │   ├── UnreachableError  ... as far as is known: it did not answer, and may have done it
    │   ├── BucketError       ... with an object
    │   │   ├── MissingObjectError
    │   │   └── UnansweredError   nobody knows whether a write happened
    │   ├── QueueError        ... with a message
    │   └── TamperedError     what was read is not what its maker signed
    ├── ControllerError       the controller cannot be started or reached
    │   └── VersionSkewError
    └── RunError              a run did not give what was asked of it
        ├── RunCancelled
        ├── TaskTimeout
        ├── TaskPruned        a search has given the task up; raised in the task itself
        ├── WorkerLost
        ├── CommandFailed     a command ended with an exit code other than 0
        ├── NotebookFailed    a cell of a notebook raised
        └── RemoteError       an exception of the task that could not travel itself

An executor raises some of these as the standard library's exceptions, too (client/executors: errors.py, losses.py):
UnpicklableError and PayloadError as a PicklingError, WorkerLost and ControllerError as a BrokenProcessPool.

A class's docstring is its default message; every message says what, why and the way out.
"""

from __future__ import annotations

import signal


class CellburstError(Exception):
    """Something went wrong in cellburst."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class UsageError(CellburstError):
    """That is not how it is used; see %%remote? for the options."""


class MagicLineError(UsageError):
    """The line cannot be understood; see %%remote? for the options."""


class SweepError(UsageError):
    """These parameters give no sweep.

    ``at`` names the option that is wrong as it was given ("-p lr", "--over", "--where 1": the second one); ``span`` are
    the characters of its text that are.
    """

    def __init__(self, message: str | None = None, *, at: str = "", span: tuple[int, int] | None = None) -> None:
        super().__init__(message or "these parameters give no sweep")
        self.at = at
        self.span = span


class UnknownRunError(UsageError):
    """No such run; `%remote runs` lists them."""


class TargetError(UsageError):
    """A target is not described as one; see docs/targets.md."""


class UnknownTargetError(TargetError):
    """There is no such target; `cellburst targets list` shows them."""


class CaptureError(CellburstError):
    """The cell cannot be sent."""


class UnpicklableError(CaptureError):
    """A value that the cell reads cannot travel."""


class EnvironmentRefused(CaptureError):
    """The Python environment of this notebook cannot be made on a machine."""


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


class CloudError(CellburstError):
    """The cloud did not do what was asked.

    ``code`` is the service's own word for it ("NoSuchBucket"), "" if it did not answer.
    """

    def __init__(self, message: str | None = None, *, code: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().partition("\n")[0])
        self.code = code


class AccessError(CloudError):
    """These credentials may not do that; `cellburst doctor` says what is missing."""


class CapacityError(CloudError):
    """There is no such machine to be had now."""


class ThrottledError(CloudError):
    """The cloud was asked too often; try again later."""


class UnreachableError(CloudError):
    """The cloud did not answer, so nobody knows whether it did what was asked."""


class BucketError(CloudError):
    """An object could not be read or written."""


class MissingObjectError(BucketError):
    """There is no such object."""


class UnansweredError(BucketError):
    """Nobody knows whether the write happened; read it back."""


class QueueError(CloudError):
    """The queue did not answer."""


class TamperedError(CloudError):
    """What was read is not what its maker signed; it was not opened."""


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


class TaskPruned(RunError):
    """The task was ended early: a search expects more of others."""


class WorkerLost(RunError):
    """The worker process ended before its task did."""


class CommandFailed(RunError):
    """A command ended with an exit code other than 0.

    ``program`` is its first word, ``exit_code`` is None if it could not be started, and below 0 for a signal.
    """

    def __init__(self, program: str, exit_code: int | None, why: str = "") -> None:
        self.program = program
        self.exit_code = exit_code
        self.why = why
        super().__init__(f"{program} {why or _ending(exit_code or 0)}")

    def __reduce__(self) -> tuple[type[CommandFailed], tuple[str, int | None, str]]:
        return CommandFailed, (self.program, self.exit_code, self.why)


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"was ended by {name}{' (out of memory?)' if name == 'SIGKILL' else ''}"


class NotebookFailed(RunError):
    """A cell of a notebook raised; ``cell`` is its number, from 0.

    The notebook as it was then is among the task's files.
    """

    def __init__(self, notebook: str, cell: int, ename: str, evalue: str) -> None:
        self.notebook, self.cell, self.ename, self.evalue = notebook, cell, ename, evalue
        super().__init__(f"cell {cell} of {notebook}: {ename}: {evalue}")

    def __reduce__(self) -> tuple[type[NotebookFailed], tuple[str, int, str, str]]:
        return NotebookFailed, (self.notebook, self.cell, self.ename, self.evalue)


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
