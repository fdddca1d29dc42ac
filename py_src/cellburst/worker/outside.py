"""What a task talks to where no worker is around it: nobody, or the task that has started this process."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

_Told = tuple[str, int, int, int, int, dict[str, Any]]


class Host(Protocol):
    """What a task talks to: a worker, or nobody."""

    def progress(self, fraction: float | None, text: str, metrics: dict[str, Any] | None) -> None: ...
    def report(self, step: int, values: dict[str, float]) -> None: ...
    def pruned(self) -> bool: ...
    def noticed(self) -> bool: ...
    def listen(self) -> None: ...
    def heard(self) -> None: ...
    def logs(self) -> bool: ...
    def output(self) -> Path: ...
    def checkpoint(self) -> Path: ...


class Nobody:
    """Outside of a worker. Folders are those that a task has told its children of, or temporary ones."""

    def __init__(self) -> None:
        self._folders: dict[str, Path] = {}

    def progress(self, fraction: float | None, text: str, metrics: dict[str, Any] | None) -> None:
        """Nobody looks."""

    def report(self, step: int, values: dict[str, float]) -> None:
        """Nobody looks."""

    def pruned(self) -> bool:
        """Nobody minds."""
        return False

    def noticed(self) -> bool:
        """Nobody knows."""
        return False

    def listen(self) -> None:
        """Nobody will say."""

    def heard(self) -> None:
        """Nobody has said."""

    def logs(self) -> bool:
        """Nobody keeps it."""
        return False

    def output(self) -> Path:
        """Where files can be tried out."""
        return self._folder("OUTPUT_DIR", "output")

    def checkpoint(self) -> Path:
        """Where checkpoints can be tried out."""
        return self._folder("CHECKPOINT_DIR", "checkpoint")

    def _folder(self, variable: str, name: str) -> Path:
        told_of = os.environ.get(f"CELLBURST_{variable}")
        if told_of:
            folder = Path(told_of)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return folder
        if name not in self._folders:
            import tempfile

            self._folders[name] = Path(tempfile.mkdtemp(prefix=f"cellburst-{name}-"))
        return self._folders[name]


def told() -> _Told | None:
    """Run, index, count, attempt, seed and params, if the environment has them and they can be read."""
    variables = {name: os.environ.get(f"CELLBURST_{name}", "") for name in ("RUN_ID", "PARAMS")}
    if not variables["RUN_ID"]:
        return None
    import json

    try:
        index, count, attempt, seed = (
            int(os.environ[f"CELLBURST_{name}"]) for name in ("TASK_INDEX", "TASK_COUNT", "ATTEMPT", "SEED")
        )
        params = json.loads(variables["PARAMS"])
    except (KeyError, ValueError):
        return None
    return variables["RUN_ID"], index, count, attempt, seed, params if isinstance(params, dict) else {}


def append_metrics(metrics: dict[str, Any]) -> None:
    """Hand metrics to the task that has started this process, if one has, as a line of its file. Raises OSError."""
    path = os.environ.get("CELLBURST_METRICS")
    if path:
        import json

        with open(path, "a") as file:
            file.write(f"\n{json.dumps(metrics)}\n")  # whoever wrote before us may not have ended the line
