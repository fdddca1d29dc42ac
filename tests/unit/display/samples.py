"""Runs, tasks and shells to show."""

from __future__ import annotations

from typing import Any

from cellburst.display.view import RunHead, RunView
from cellburst.model.run import Counts, RunState, RunStatus
from cellburst.model.stored import TaskRow

HEAD = RunHead("0abc123-x9z8", "", "local", "/data/stores/e.db", single=False)
SINGLE = RunHead("0abc123-x9z8", "", "local", "/data/stores/e.db", single=True)


def status(state: str = "running", **counts: int) -> RunStatus:
    return RunStatus(HEAD.id, RunState(state), Counts(**counts), started=100.0, ended=None)


def view(state: str = "running", head: RunHead = HEAD, **fields: Any) -> RunView:
    counts = fields.pop("counts", Counts(succeeded=12, running=4, queued=4))
    return RunView(head, RunState(state), counts, **fields)


def row(index: int = 0, state: str = "succeeded", **fields: Any) -> TaskRow:
    return TaskRow(index, state, fields.pop("params", {}), **fields)


class Publisher:
    """Notes what is published, as ``(kind, data, display id)``."""

    def __init__(self) -> None:
        self.said: list[tuple[str, dict[str, Any], str]] = []

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
    ) -> None:
        kind = "update" if update else "display"
        self.said.append((kind, data, (transient or {}).get("display_id", "")))

    def clear_output(self, wait: bool = False) -> None:
        self.said.append(("clear", {"wait": wait}, ""))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.said]


class Shell:
    """As much of IPython's shell as the display needs; ``kernel`` as in a notebook."""

    def __init__(self, kernel: object = None) -> None:
        self.kernel = kernel
        self.display_pub = Publisher()


class FakeTime:
    """A clock that is pushed."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now
