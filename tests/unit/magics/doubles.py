"""Runs and shells without processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cellburst.client.following.follow import Meanwhile
from cellburst.errors import UsageError
from cellburst.model.blob import Packed
from cellburst.model.manifest import Manifest
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.payload import Payload
from cellburst.model.run import Counts, Run, RunOptions, RunState, RunStatus
from cellburst.model.sweep import Axis, SweepView
from cellburst.settings import Settings
from tests.unit.display.samples import Shell as DisplayShell

RUN_ID = "0abc123-x9z8"
SINGLE = SweepView("single", 1)
GRID = SweepView("grid", 3, axes=(Axis("x", (1, 2, 3)),))


class Shell(DisplayShell):
    """A kernel's shell with variables."""

    def __init__(self, **namespace: Any) -> None:
        super().__init__(kernel=object())
        self.user_ns = namespace

    @property
    def shown(self) -> str:
        """The plain text of all that was displayed."""
        return "\n".join(data.get("text/plain", "") for _, data, _ in self.display_pub.said)


class FakeRun:
    """As much of ``client.runs.run.Run`` as the magics use; ``during`` happens while it is waited for."""

    def __init__(self, sweep: SweepView = SINGLE, state: str = "succeeded", **options: Any) -> None:
        self.id = RUN_ID
        self.record = Run(RUN_ID, "key", "", "local", Payload("cell", Packed()), sweep, RunOptions(**options), 100.0)
        self.connection = SimpleNamespace(settings=Settings(), folders=SimpleNamespace(store=Path("/data/e.db")))
        self.status = RunStatus(RUN_ID, RunState(state), Counts(succeeded=sweep.count), 100.0, 101.0)
        self.during: Callable[[Any], None] = lambda listener: None
        self.delta = SimpleNamespace(value=None, has_value=False, unreturned={}, placeholders=(), error=None)
        self.assigned: dict[str, Any] = {}
        self.note = ""
        self.error: BaseException | None = None
        self.printed: dict[int, list[dict[str, Any]]] = {}
        self.done: list[Any] = []
        self.reason = ""
        self.results = SimpleNamespace(rows=list)

    @property
    def state(self) -> RunState:
        return self.status.state

    @property
    def count(self) -> int:
        return self.record.count

    @property
    def manifest(self) -> Manifest:
        return self.record.manifest

    def wait(self, listener: Any, meanwhile: Meanwhile | None = None) -> None:
        if meanwhile is not None:
            meanwhile.begin()
        self.during(listener)
        listener.status(self.status)

    def rerun(self, *, yes: bool = False) -> Any:
        self.done.append("rerun")
        return SimpleNamespace(id=f"new-{self.id}")

    def task_result(self) -> TaskResult:
        kind = OutcomeKind.FAILED if self.error else OutcomeKind.SUCCEEDED
        return TaskResult(0, 1, 1, kind, 100.0, 1.0, note=self.note)

    def bring_back(self, namespace: dict[str, Any]) -> Any:
        namespace.update(self.assigned)
        return self.delta

    @property
    def value(self) -> Any:
        if self.error:
            raise self.error
        return self.delta.value

    def outputs(self, index: int = 0) -> list[dict[str, Any]]:
        return self.printed.get(index, [])

    def cancel(self, tasks: Any = None) -> None:
        self.done.append(("cancel", tasks))

    def retry(self, which: str) -> None:
        if which == "failed" and not self.status.counts.failed:
            raise UsageError(f"run {self.id} has nothing to run again")
        self.done.append(("retry", which))

    def delete(self) -> None:
        self.done.append(("delete",))

    def explain(self) -> str:
        return self.reason


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}
