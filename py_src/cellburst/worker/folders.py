"""Where a task leaves files: made when somebody asks for it, and taken away when the task has ended.

Below the root of an environment: ``<run>/``, in it ``<index>.out-<generation>.<attempt>``, ``<index>.metrics-...`` and
``<index>.checkpoint``, which the attempts of a task share. A folder more for each task would cost more to remove than
all the rest on some file systems.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

OUTPUT, METRICS, CHECKPOINT = "out", "metrics", "checkpoint"
_TRIES = 5  # another worker may just have removed a folder that it saw empty


class TaskFolders:
    """The places of one task after another."""

    __slots__ = ("_checkpoint", "_output", "_root", "task", "used")

    def __init__(self, root: Path) -> None:
        self._root = root
        self._output: Path | None = None
        self._checkpoint: Path | None = None
        self.used = False
        """Whether anybody asked for a folder of this task."""
        self.task = ("", 0, 1, 1)
        """Whose folders these are: run, index, generation, attempt."""

    @property
    def made(self) -> Path | None:
        """The output folder, if anybody asked for it."""
        return self._output

    def output(self) -> Path:
        """The folder whose files are kept with the result. Raises OSError."""
        if self._output is None:
            self.used = True
            self._output = _made(self._place(attempt_name(OUTPUT, *self.task[2:])))
        return self._output

    def checkpoint(self) -> Path:
        """The folder that later attempts of the task find as this one leaves it. Raises OSError."""
        if self._checkpoint is None:
            self.used = True
            self._checkpoint = _made(self._place(CHECKPOINT))
        return self._checkpoint

    def metrics(self) -> Path:
        """A file beside the output folder, which the task may write."""
        return self._place(attempt_name(METRICS, *self.task[2:]))

    def end(self) -> None:
        """The task has ended, and what it left is stored: remove it, and a checkpoint that is empty."""
        if self._output is not None:
            shutil.rmtree(self._output, ignore_errors=True)
            self.metrics().unlink(missing_ok=True)
        if self._checkpoint is not None:
            with suppress(OSError):
                os.rmdir(self._checkpoint)
        self._output = self._checkpoint = None
        self.used = False

    def _place(self, name: str) -> Path:
        run, index, _, _ = self.task
        return place(self._root / run, index, name)


def attempt_name(kind: str, generation: int, attempt: int) -> str:
    """What an attempt's ``OUTPUT`` or ``METRICS`` is called."""
    return f"{kind}-{generation}.{attempt}"


def place(run: Path, index: int, name: str) -> Path:
    """Where a task has what is called so, in the folder of its run."""
    return run / f"{index}.{name}"


def _made(folder: Path) -> Path:
    for _ in range(_TRIES - 1):
        with suppress(FileNotFoundError):
            _make(folder)
            return folder
    _make(folder)
    return folder


def _make(folder: Path) -> None:
    """For this user only, as are all that it is in."""
    for part in (*reversed(folder.parents[:3]), folder):  # of all environments, of this one, the run's
        part.mkdir(mode=0o700, exist_ok=True)
