"""What a task leaves besides its value: metrics in a file, the number that it is compared by, files."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from cellburst.abc import BlobStore
from cellburst.model.outcome import FileEntry
from cellburst.settings import Settings
from cellburst.worker.folders import TaskFolders
from cellburst.worker.loaded import LoadedRun
from cellburst.worker.objective import keep_reported, settle_objective
from cellburst.worker.returning import DISK_PATIENCE
from cellburst.worker.task import Task


class Left(Struct, frozen=True):
    """``files`` that were kept; ``note`` says what is wrong with any of it."""

    files: tuple[FileEntry, ...] = ()
    note: str = ""


def complete_metrics(
    run: LoadedRun, task: Task, value: Any, namespace: dict[str, Any], *, succeeded: bool, folders: TaskFolders
) -> str:
    """Complete the metrics of ``task``; what is wrong with them."""
    notes = []
    if folders.made is not None:
        notes.append(_read_metrics(task, folders))
    if run.payload.objective and succeeded:
        notes.append(settle_objective(run.payload.objective, task, value, namespace))
    elif run.payload.objective:
        keep_reported(run.payload.objective, task)
    return joined(*notes)


def take_files(folders: TaskFolders, blobs: BlobStore, settings: Settings) -> Left:
    """Keep the files of the output folder, and remove it. Never raises."""
    if folders.made is None:
        folders.end()
        return Left()
    from cellburst.worker.left_files import keep_files  # few tasks leave files

    try:
        found = Left(*keep_files(folders.made, blobs, settings.files_bytes, DISK_PATIENCE))
    except Exception as error:  # the task has its result all the same
        found = Left((), f"files not kept: {type(error).__name__}: {error}")
    folders.end()
    return found


def joined(*notes: str) -> str:
    """Those that say something, as one."""
    return "; ".join(filter(None, notes))


def _read_metrics(task: Task, folders: TaskFolders) -> str:
    from cellburst.worker.metrics_file import IN_OUTPUT, read_metrics

    assert folders.made is not None
    in_output, wrong = read_metrics(folders.made / IN_OUTPUT, IN_OUTPUT)
    named, wrong_too = read_metrics(folders.metrics(), "$CELLBURST_METRICS")
    task.add_metrics({**in_output, **named})
    return joined(wrong, wrong_too)
