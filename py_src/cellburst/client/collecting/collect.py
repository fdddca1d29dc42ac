"""From a recorded outcome to the value or exception that the user gets."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cellburst import errors
from cellburst.abc import BlobStore
from cellburst.client.collecting.tracebacks import remember_source, show_only
from cellburst.errors import (
    CellburstError,
    DamagedBlobError,
    PayloadError,
    RemoteError,
    RunCancelled,
    RunError,
    StoreError,
    WorkerLost,
)
from cellburst.model.blob import Packed
from cellburst.model.outcome import ErrorInfo, OutcomeKind, TaskResult
from cellburst.model.run import Run
from cellburst.payload.collecting import uncollected
from cellburst.payload.places import is_place

if TYPE_CHECKING:
    from cellburst.payload.delta import NamespaceDelta

Namespace = dict[str, Any]
_PYTHON = platform.python_version()


def main_namespace() -> Namespace:
    """The user's variables: the kernel's, or the script's."""
    return vars(sys.modules["__main__"])


def value_of(run: Run, result: TaskResult, blobs: BlobStore, namespace: Namespace) -> tuple[Any, dict[str, Any]]:
    """The value of a task that succeeded, and its ``--out`` variables. Raises PayloadError, StoreError."""
    if result.value is None:
        if result.note:
            raise PayloadError(f"task {result.index} of run {run.id} succeeded, but: {result.note}")
        return None, {}
    if run.payload.collect == "namespace":
        delta = _delta(run, result, blobs, namespace)
        return delta.value, {name: value for name, value in delta.assigned.items() if not is_place(name)}
    found = _unpack(run, result.value, blobs, namespace)
    if run.payload.out:
        value, variables = found
        return value, variables
    return found, {}


def error_of(run: Run, result: TaskResult, blobs: BlobStore, namespace: Namespace) -> BaseException:
    """The exception of a task that did not succeed: its own type where that could travel."""
    # where a task was when it was cancelled is no error of its own, and nobody has interrupted this process
    info = None if result.kind is OutcomeKind.CANCELLED else result.error
    error = _rebuilt(run, result, info, blobs, namespace)
    if info is not None:
        remember_source(run.payload.filename, run.code)
        show_only(error, info.frames, info.traceback)
    else:
        show_only(error, (), ())
    return error


def bring_back(run: Run, result: TaskResult, blobs: BlobStore, namespace: Namespace) -> NamespaceDelta | None:
    """Do to ``namespace`` what a single cell did to its own; also what a failed one did before it failed.

    None if the cell left nothing that could be brought back. Raises PayloadError, StoreError.
    """
    if result.value is None or run.payload.collect != "namespace":
        return None
    from cellburst.client.surroundings.places import Brought, bringing_back
    from cellburst.library_state import gathering, putting, transforms
    from cellburst.payload import merge

    problems: dict[str, str] = {}
    held = gathering.held(announced=not may_name(result.value, gathering.held_name("")))
    with uncollected():
        with bringing_back(problems):
            delta = _delta(run, result, blobs, namespace, held)
        delta.unreturned.update(problems)
        brought = Brought(delta)
        merge.apply(delta, namespace)
    transforms.compute_again(update.obj for update in delta.updates)
    brought.put(delta.unreturned)
    putting.bring_back(delta, held, run.payload.seal, run.payload.source)
    return delta


def _delta(
    run: Run, result: TaskResult, blobs: BlobStore, namespace: Namespace, held: Mapping[str, Any] | None = None
) -> NamespaceDelta:
    """What the cell did; ``held`` is from ``gathering.held``: what it may have changed in the state of libraries."""
    from cellburst.library_state.gathering import held as held_now
    from cellburst.library_state.quietly import quietly
    from cellburst.payload.delta import unpack_delta  # the unpickler is loaded when there is something to unpickle

    assert result.value is not None
    _check_python(run)
    held = held_now() if held is None else held
    namespace.update(held)
    try:
        with quietly():
            delta = unpack_delta(result.value, blobs, namespace, inputs=run.payload.inputs)
        delta.tell_placeholders(run.id)
        return delta
    except (CellburstError, KeyboardInterrupt, MemoryError):
        raise
    except Exception as error:
        raise _unreadable(run, error) from error
    finally:
        for name in held:
            namespace.pop(name, None)


def may_name(packed: Packed, beginning: str) -> bool:
    """Whether the pickle has a variable of a name that begins so: names stand in it as they are."""
    return packed.body_blob is not None or beginning.encode() in packed.body


def _unpack(run: Run, packed: Packed, blobs: BlobStore, namespace: Namespace) -> Any:
    from cellburst.payload.pickling import unpack

    if run.origin.python != _PYTHON:
        _check_python(run)
    try:
        return unpack(packed, blobs, namespace=namespace)
    except (CellburstError, KeyboardInterrupt, MemoryError):
        raise
    except Exception as error:
        raise _unreadable(run, error) from error


def _check_python(run: Run) -> None:
    theirs, ours = run.origin.python, _PYTHON
    if theirs and theirs.split(".")[:2] != ours.split(".")[:2]:
        raise PayloadError(
            f"the values of run {run.id} were made by Python {theirs}, and this is Python {ours}; "
            "open them in a kernel with that version"
        )


def _unreadable(run: Run, error: Exception) -> PayloadError:
    made = f"Python {run.origin.python}" if run.origin.python else "another Python"
    return PayloadError(
        f"a value of run {run.id} cannot be unpickled here: {type(error).__name__}: {error}; it was made by {made} "
        "with the packages of its environment, and what it is made of must be importable here"
    )


def _rebuilt(
    run: Run, result: TaskResult, info: ErrorInfo | None, blobs: BlobStore, namespace: Namespace
) -> BaseException:
    if info is not None and info.exception is not None:
        try:
            error = _unpack(run, info.exception, blobs, namespace)
        except (PayloadError, DamagedBlobError, StoreError):
            pass  # its name and text have to do
        else:
            if isinstance(error, BaseException):
                return error
    if info is not None:
        return _by_name(info) or RemoteError(info.ename, info.evalue)
    return _without_info(run, result)


def _by_name(info: ErrorInfo) -> CellburstError | None:
    """One of our own errors, which the controller or the worker made."""
    kind = getattr(errors, info.ename, None)
    if isinstance(kind, type) and issubclass(kind, CellburstError) and kind is not RemoteError:
        return kind(info.evalue)
    return None


def _without_info(run: Run, result: TaskResult) -> CellburstError:
    place = f"run {run.id}" if run.single else f"task {result.index} of run {run.id}"
    why = f": {result.note}" if result.note else ""
    match result.kind:
        case OutcomeKind.CANCELLED:
            return RunCancelled(f"{place} was cancelled{why}; `%remote retry {run.id}` runs what is missing")
        case OutcomeKind.LOST:
            return WorkerLost(f"{place} lost its worker{why}")
        case OutcomeKind.UNKNOWN:
            return WorkerLost(f"{place} lost its worker and is not run again, for it may have had effects{why}")
        case OutcomeKind.REJECTED:
            return PayloadError(f"{place} could not be started{why}")
        case _:
            return RunError(f"{place} {result.kind.value}{why}")
