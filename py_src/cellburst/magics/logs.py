"""``%remote logs``: what tasks printed and displayed, shown again or as it comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cellburst.client.following.follow import NullListener, follow
from cellburst.display.formatting import value_text
from cellburst.display.replay import Replay

if TYPE_CHECKING:
    from cellburst.client.runs.run import Run

_MOST_TASKS = 50


def show_logs(shell: Any, run: Run, task: int | None) -> None:
    """The output of one task, or of all that have any, up to fifty."""
    if task is not None or run.record.single:
        outputs = run.outputs(task or 0)
        Replay(shell).show(outputs)
        if not outputs:
            print(f"{_named(run, task or 0)} has printed nothing")
        return
    shown = 0
    for index in range(run.count):
        outputs = run.outputs(index)
        if outputs and shown == _MOST_TASKS:
            print(f"... and more: `%remote logs {run.id} {index}` and so on")
            return
        if outputs:
            _heading(run, index)
            Replay(shell).show(outputs)
            shown += 1
    if not shown:
        print(f"no task of run {run.id} has printed anything")


def follow_logs(shell: Any, run: Run, task: int | None) -> None:
    """What there is, and then what comes, until the run ends or the user stops looking; the run goes on."""
    try:
        follow(run.id, _LogListener(shell, run, task), run.connection)
    except KeyboardInterrupt:
        print(f"run {run.id} goes on; `%remote cancel {run.id}` ends it")


class _LogListener(NullListener):
    """A single run's output is sent again from its start; of a sweep's task the store has what was before."""

    def __init__(self, shell: Any, run: Run, task: int | None) -> None:
        self._shell = shell
        self._run = run
        self._task = task
        self._replay = Replay(shell)
        self._headed = task
        self._before_shown = run.record.single

    def status(self, status: Any) -> None:
        if self._before_shown:
            return
        self._before_shown = True
        if self._task is not None:
            self._replay.show(self._run.outputs(self._task))

    def outputs(self, index: int, attempt: int, outputs: Sequence[dict[str, Any]]) -> None:
        if self._task is not None and index != self._task:
            return
        if not self._run.record.single and index != self._headed:
            self._headed = index
            _heading(self._run, index)
        self._replay.show(outputs)


def _heading(run: Run, index: int) -> None:
    params = ", ".join(f"{name}={value_text(value, 30)}" for name, value in run.record.sweep.params(index).items())
    print(f"── task {index}{f' ({params})' if params else ''}")


def _named(run: Run, index: int) -> str:
    return f"run {run.id}" if run.record.single else f"task {index} of run {run.id}"
