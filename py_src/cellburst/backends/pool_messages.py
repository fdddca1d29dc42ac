"""From the controller's words to the pool's, and back."""

from __future__ import annotations

from typing import Any

import msgspec

from cellburst.abc import WorkerLoss
from cellburst.model.run import Run
from cellburst.wire import pool as wire
from cellburst.wire.frames import Channel


def definition(run: Run) -> wire.DefineRun:
    """What the pool is told of a run."""
    options = run.options
    return wire.DefineRun(run.id, run.payload, run.count, options.seed, options.timeout, options.gpus)


def loss_of(message: wire.WorkerEnded) -> WorkerLoss:
    """What the controller is told of a worker that is gone."""
    return WorkerLoss(**{name: said for name, said in msgspec.structs.asdict(message).items() if name != "worker"})


def send_last(channel: Channel[Any], message: Any) -> None:
    """Send before the connection is closed, and do not wait for long."""
    try:
        channel.sock.setblocking(True)
        channel.sock.settimeout(1.0)
        channel.send(message)
    except OSError:
        pass  # it is ending anyway
