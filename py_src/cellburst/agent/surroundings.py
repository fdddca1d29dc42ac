"""What of a run holds on another machine than the sender's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from msgspec.structs import replace

from cellburst.bucket.records import RunRecord
from cellburst.environments.arrival import path_here
from cellburst.model.payload import Payload
from cellburst.model.run import Run, RunOptions
from cellburst.model.sweep import SweepView


def run_here(run: str, record: RunRecord, payload: Payload, folder: Path, gpus: int) -> Run:
    """The run as this machine's pool is told of it; ``folder`` is made, for tasks to work in."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = RunOptions(
        retries=record.retries,
        timeout=record.timeout,
        seed=record.seed,
        at_most_once=record.at_most_once,
        gpus=gpus,
    )
    return Run(run, run, run, "local", at_home(payload, folder), SweepView("copies", record.count), options, 0.0)


def at_home(payload: Payload, folder: Path) -> Payload:
    """The payload with this machine's own environment and packages, in the sender's working directory if there is
    one of that name here, else in ``folder``.

    The sender's own code keeps its place in the module path: a module beside the notebook hides a package of its name.
    What the notebook has set in ``os.environ`` holds; what its kernel was started with is about another machine.
    """
    here = payload.cwd if payload.cwd and os.path.isdir(payload.cwd) else str(folder)
    own = [entry for entry in sys.path if entry not in ("", os.getcwd())]
    return replace(payload, cwd=here, path=path_here(payload.path, own), ambient={})
