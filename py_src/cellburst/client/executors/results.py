"""What became of calls, as their futures tell it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cellburst.abc import BlobStore
from cellburst.client.collecting.collect import error_of, main_namespace, value_of
from cellburst.client.collecting.remote_lines import with_source
from cellburst.client.executors.errors import RemoteTraceback, UnpicklableValue
from cellburst.client.executors.futures import CallFuture
from cellburst.errors import CellburstError, DamagedBlobError, PayloadError, WorkerLost
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.run import Run

Bring = Callable[[Run, TaskResult], None]
"""Sees to it that what a result is made of is in the blob folder; raises BucketError, ControllerError."""


def settle(future: CallFuture, run: Run, result: TaskResult, blobs: BlobStore, bring: Bring) -> None:
    """Give a future what its task ended with, which ``bring`` fetches. One that was cancelled stays so."""
    if result.kind is OutcomeKind.CANCELLED and not future.running() and future.cancel():
        return
    if not future.begin():
        return
    try:
        value, error = _value(run, result, blobs, bring)
    except BaseException as problem:  # whatever the user's own classes raise when they are rebuilt
        value, error = None, problem
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(error)


def _value(run: Run, result: TaskResult, blobs: BlobStore, bring: Bring) -> tuple[Any, BaseException | None]:
    """The value of a call, or its exception. Raises PayloadError, StoreError, BucketError, ControllerError."""
    namespace = main_namespace()
    if result.kind is not OutcomeKind.SUCCEEDED:
        with suppress(CellburstError):  # what is known of the error is told all the same
            bring(run, result)
        return None, _error(run, result, blobs, namespace)
    if result.value is None and result.note:
        raise UnpicklableValue(f"task {result.index} of run {run.id} succeeded, but: {result.note}")
    bring(run, result)
    try:
        return value_of(run, result, blobs, namespace)[0], None
    except DamagedBlobError:
        raise
    except PayloadError as error:
        return None, _as_pools_tell(error)


def _error(run: Run, result: TaskResult, blobs: BlobStore, namespace: dict[str, Any]) -> BaseException:
    """The exception of a call, with the worker's traceback as its cause: the frames of this process are its own."""
    error = error_of(run, result, blobs, namespace)
    if result.error is None or result.error.exception is None:  # nobody raised it: the controller or the worker says so
        error = _as_pools_tell(error)
    error.__traceback__ = None
    vars(error).pop("_render_traceback_", None)
    if result.error is not None and result.error.traceback:
        error.__cause__ = RemoteTraceback(with_source(result.error.traceback))
    return error


def _as_pools_tell(error: BaseException) -> BaseException:
    """The same as code for the standard library's process pools expects it, where that has a word for it."""
    if not isinstance(error, (WorkerLost, PayloadError)):
        return error
    from cellburst.client.executors import losses

    kind = losses.CallLost if isinstance(error, WorkerLost) else losses.CallUnreadable
    made = kind(str(error))
    made.__cause__ = error.__cause__
    return made
