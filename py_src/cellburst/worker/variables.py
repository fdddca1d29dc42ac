"""The environment variables that tell a task's child processes, in any language, what it is: ``CELLBURST_TASK_INDEX``.

Most tasks start no process, and ten thousand tiny ones must not pay for it: the variables are set when the task is
about to start one, or looks for them in ``os.environ``; ``Surroundings.settle`` takes them away again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from importlib import import_module
from typing import Any

from cellburst.worker.folders import TaskFolders
from cellburst.worker.task import Task

try:
    _low: Any = import_module("_posixsubprocess")  # here: later, imports are watched for what tasks do
except ImportError:
    _low = None
_PREFIX = "CELLBURST_"
_NAMES = frozenset(
    _PREFIX + name
    for name in (
        *("RUN_ID", "TASK_INDEX", "TASK_COUNT", "ATTEMPT", "SEED", "PARAMS"),
        *("OUTPUT_DIR", "METRICS", "CHECKPOINT_DIR"),
    )
)
_STARTERS = ("system", "posix_spawn", "posix_spawnp", "execv", "execve")
_LONGEST = 100_000  # bytes of one variable; the system refuses to start a process with one above 128 KiB


class TaskVariables:
    """Sets the variables of one task after another, in a worker."""

    def __init__(self, task: Task, folders: TaskFolders) -> None:
        self._task = task
        self._folders = folders
        self.wanted = False
        """Whether a task runs that has variables, and they are not set."""
        self._watching = False
        self._plain = type(os.environ)
        self._kind = _watched_kind(self._plain, self.export)
        self._originals = {name: getattr(os, name) for name in _STARTERS if hasattr(os, name)}
        self._wrapped = {name: self._wrap(original) for name, original in self._originals.items()}

    def install(self) -> None:
        """Notice from now on when a process is started; to be called once in a worker."""
        os.register_at_fork(before=self.export)
        if _low is not None:
            _low.fork_exec = self._wrap(_low.fork_exec)
            subprocess: Any = sys.modules.get("subprocess")
            if hasattr(subprocess, "_fork_exec"):
                subprocess._fork_exec = _low.fork_exec

    def watch(self, *, watching: bool) -> None:
        """Whether the tasks that follow have variables: those of plain cells find what the kernel has."""
        if watching is self._watching:
            return
        self._watching = watching
        environ: Any = os.environ
        environ.__class__ = self._kind if watching else self._plain
        for name, function in (self._wrapped if watching else self._originals).items():
            setattr(os, name, function)

    def export(self) -> None:
        """Set them, once in a task."""
        if not self.wanted:
            return
        self.wanted = False
        for name, value in self._values().items():
            os.environ[_PREFIX + name] = value

    def _values(self) -> dict[str, str]:
        task = self._task
        found = {
            "RUN_ID": task.key.rpartition("/")[0],
            "TASK_INDEX": str(task.index),
            "TASK_COUNT": str(task.count),
            "ATTEMPT": str(task.attempt),
            "SEED": str(task.get_seed()),
            "PARAMS": params_text(task.params),
        }
        with suppress(OSError):  # whoever needs a folder will say that it is missing
            found["OUTPUT_DIR"] = str(self._folders.output())
            found["METRICS"] = str(self._folders.metrics())
            found["CHECKPOINT_DIR"] = str(self._folders.checkpoint())
        return found

    def _wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def start(*args: Any, **kwargs: Any) -> Any:
            self.export()
            return function(*args, **kwargs)

        start.__module__ = "os" if function.__module__ == "posix" else function.__module__  # where a pickle finds it
        return start


def params_text(params: dict[str, Any]) -> str:
    """The parameters as JSON: exactly where JSON can, else the text that tables show."""
    import json  # few tasks start a process

    try:
        text = json.dumps({name: _as_json(value) for name, value in params.items()})
        if len(text) <= _LONGEST:
            return text
    except (ValueError, TypeError, RecursionError):  # numbers of thousands of digits, and what a task may have put in
        pass
    shown: Any = import_module("cellburst.sweeps.shown").shown
    text = json.dumps({str(name): shown(value) for name, value in params.items()})
    return text if len(text) <= _LONGEST else "{}"


def _as_json(value: Any, depth: int = 0) -> Any:
    kind = type(value)
    if value is None or kind in (bool, int, str) or (kind is float and value - value == 0):
        return value
    if kind in (list, tuple) and depth < 20:
        return [_as_json(item, depth + 1) for item in value]
    if kind is dict and depth < 20 and all(type(name) is str for name in value):
        return {name: _as_json(item, depth + 1) for name, item in value.items()}
    if kind.__module__ == "numpy" and getattr(value, "ndim", None) == 0 and type(value.item()) is not kind:
        return _as_json(value.item(), depth)
    return import_module("cellburst.sweeps.shown").shown(value)


def _watched_kind(plain: Any, export: Callable[[], None]) -> Any:
    class Environ(plain):  # type: ignore[misc]
        """``os.environ``, where a task finds its variables when it looks."""

        def __getitem__(self, name: Any) -> Any:
            if type(name) is str and name in _NAMES:
                export()
            return plain.__getitem__(self, name)

        def __iter__(self) -> Iterator[str]:
            export()
            return iter(plain.__iter__(self))

        def __len__(self) -> int:
            export()
            return int(plain.__len__(self))

        def __repr__(self) -> str:
            export()
            return str(plain.__repr__(self))

    Environ.__name__, Environ.__qualname__, Environ.__module__ = "_Environ", "_Environ", "os"
    return Environ
