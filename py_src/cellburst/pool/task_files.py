"""What tasks left on disk and nobody needs any more. Everything that is kept of them is in blobs by then."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cellburst.model.outcome import OutcomeKind
from cellburst.wire.pool import Outcomes
from cellburst.worker.folders import CHECKPOINT, METRICS, OUTPUT, attempt_name, place


def drop_attempt(files: Path, run: str, index: int, generation: int, attempt: int) -> None:
    """The attempt has ended with its worker: what it wrote is half of something. Its checkpoint stays."""
    folder = files / run
    if folder.is_dir():
        shutil.rmtree(place(folder, index, attempt_name(OUTPUT, generation, attempt)), ignore_errors=True)
        place(folder, index, attempt_name(METRICS, generation, attempt)).unlink(missing_ok=True)


def drop_checkpoints(files: Path, committed: Outcomes) -> None:
    """Tasks that have succeeded, and whose outcomes are committed, go on from nowhere."""
    folder = files / committed.run
    if not folder.is_dir():
        return  # one look for thousands of tasks that left nothing
    for result in committed.results:
        if result.kind is OutcomeKind.SUCCEEDED:
            shutil.rmtree(place(folder, result.index, CHECKPOINT), ignore_errors=True)


def drop_empty(files: Path, run: str) -> None:
    """The run has ended: nothing stays of it but checkpoints of tasks that have not succeeded."""
    with suppress(OSError):
        os.rmdir(files / run)


def drop_unfinished(files: Path) -> None:
    """No worker is there, so no attempt is under way: remove what earlier ones did not finish."""
    for folder in files.glob("*"):
        for path in (*folder.glob(f"*.{OUTPUT}-*"), *folder.glob(f"*.{METRICS}-*")):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        drop_empty(files, folder.name)


def drop_gone(files: Path, is_known: Callable[[str], bool]) -> None:
    """Remove what is left of runs that are no longer there."""
    for folder in files.glob("*"):
        if not is_known(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
