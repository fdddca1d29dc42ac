"""Loading a value in a child process first, where it can do no harm.

The child is ``python -m cellburst.client.collecting.trial``.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import msgspec

from cellburst.errors import PayloadError
from cellburst.model.outcome import TaskResult
from cellburst.model.run import Run

_PATIENCE = 60.0  # seconds
_FITS, _RAISED = 0, 3


class _Order(msgspec.Struct, frozen=True):
    """What the child is to load. ``room`` is bytes beyond what it has at its start, 0: no limit."""

    run: Run
    result: TaskResult
    blobs: str
    path: list[str]
    room: int


def try_elsewhere(run: Run, result: TaskResult, blobs: Path, room: int, patience: float = _PATIENCE) -> None:
    """Load a value in a child that may take ``room`` bytes and ``patience`` seconds.

    Raises PayloadError that says how the child ended, if it did not get the value.
    """
    order = _Order(run, result, str(blobs), sys.path, room)
    place = f"the value of task {result.index} of run {run.id} was tried in a child process and is not loaded: "
    try:
        child = subprocess.run(
            [sys.executable, "-m", "cellburst.client.collecting.trial"],
            input=msgspec.msgpack.encode(order),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PayloadError(f"{place}it took more than {patience:g} s") from None
    if child.returncode == _FITS:
        return
    if child.returncode == _RAISED:
        raise PayloadError(place + child.stdout.decode(errors="replace")[-2000:])
    raise PayloadError(f"{place}the child ended with status {child.returncode}")


def main() -> int:
    """Be the child."""
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Order)
    answer = os.dup(1)
    os.dup2(2, 1)  # what the value prints is no answer
    sys.path[:] = order.path
    from cellburst.client.collecting.collect import main_namespace, value_of
    from cellburst.client.collecting.room import address_space
    from cellburst.payload.blobs import BlobFolder

    if order.room:
        limit = address_space() + order.room
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        value_of(order.run, order.result, BlobFolder(Path(order.blobs)), main_namespace())
    except BaseException as error:  # whatever the value raises
        said = f"{type(error).__name__}: {error}"
        if isinstance(error, MemoryError) or isinstance(error.__cause__, MemoryError):
            said = f"it needs more than the {order.room / 1e9:.2f} GB that are free"
    else:
        os._exit(_FITS)  # without its finalisers
    os.write(answer, said.encode(errors="replace")[:4000])
    os._exit(_RAISED)


if __name__ == "__main__":
    main()
