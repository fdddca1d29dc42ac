"""A command as a task, on the worker: started with its parameters, waited for, judged by its exit code."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass, field
from typing import Any

from cellburst.commands.places import Luggage
from cellburst.commands.template import BUILT_IN, fill, names_in
from cellburst.errors import CommandFailed
from cellburst.worker.task import task

_PATIENCE = 1.0  # seconds from the interrupt, which the command has got too, until it is ended


@dataclass(frozen=True)
class Command:
    """``words`` with parameters in braces, started in ``folder``; ``label`` is what messages call it.

    ``luggage`` is what it takes along to another machine.

    Called by a worker with a task's parameters. Kept results are found by ``reads``, a digest of its files, and
    ``placed``: whether it may ask for its number.
    """

    words: tuple[str, ...]
    folder: str
    label: str
    reads: str = ""
    placed: bool = False
    luggage: Luggage = field(default_factory=Luggage)

    def __call__(self, **params: Any) -> None:
        """Raises CommandFailed for an exit code other than 0 and for a program that cannot be started."""
        words = fill(self.luggage.words(self.words), {**_built_in(self.words), **params})
        code = _run(words, self.luggage.unpack(self.folder), self.label)
        task.log(exit_code=code)
        if code:
            raise CommandFailed(self.label, code)


def _built_in(words: tuple[str, ...]) -> dict[str, Any]:
    used = names_in(words)
    return {name: _of_task(name) for name in BUILT_IN if name in used}


def _of_task(name: str) -> Any:
    if name == "run":
        return task.key.partition("/")[0]
    return getattr(task, name)


def _run(words: list[str], folder: str, label: str) -> int:
    environment = {"PYTHONUNBUFFERED": "1", **os.environ}  # so that what Python prints is seen while it runs
    try:
        process = subprocess.Popen(words, cwd=folder or None, env=environment, stdin=subprocess.DEVNULL)
    except OSError as error:
        missing = f"there is no folder {folder} here" if folder and not os.path.isdir(folder) else error.strerror
        raise CommandFailed(label, None, f"cannot be started: {missing}") from None
    try:
        return process.wait()
    except BaseException:
        _end(process)
        raise


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait a moment for a command that was interrupted, then end it."""
    for number in (None, signal.SIGTERM, signal.SIGKILL):
        if number is not None:
            process.send_signal(number)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            continue
        return
