"""Results of machines that are gone: large ones stay in the bucket until somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterator

from cellburst.client.connecting.connection import Connection
from cellburst.errors import ControllerError
from cellburst.model.blob import BlobRef
from cellburst.model.outcome import TaskResult
from cellburst.model.run import Run
from cellburst.wire.client import Fetch

_TRIES = 60  # of a minute each: a request that is on its way goes on when it is asked for again


def bring_here(run: Run, result: TaskResult, connection: Connection, *, files: bool = False) -> None:
    """See to it that what a result is made of is in the blob folder; with ``files``, what the task left as well.

    Costs nothing for a run that was executed here. A result that was taken over is where its own run left it.
    Raises BucketError, ControllerError, UnknownRunError.
    """
    if run.plan is None and not result.cached:
        return
    if all(ref in connection.blobs for ref in _refs(result, files)):
        return
    owner, _, index = (result.cached or f"{run.id}/{result.index}").rpartition("/")
    for attempt in range(_TRIES):
        try:
            connection.request(Fetch(0, owner, int(index)))
            return
        except ControllerError:
            if attempt == _TRIES - 1:
                raise


def _refs(result: TaskResult, files: bool) -> Iterator[BlobRef]:
    if result.value is not None:
        yield from result.value.blobs()
    if result.error is not None and result.error.exception is not None:
        yield from result.error.exception.blobs()
    if files:
        yield from (entry.blob for entry in result.files)
