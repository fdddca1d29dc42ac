"""Follows a run through the store, as any other process may."""

from __future__ import annotations

from cellburst.cli.demo.screen import Screen
from cellburst.client.runs.finding import attach
from cellburst.client.runs.run import Run
from cellburst.model.run import TaskState

_OPEN = (TaskState.QUEUED, TaskState.RUNNING)


class RunWatch:
    """Looks at one run at a time and tells the screen what is new."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._run: Run | None = None
        self._told: set[int] = set()

    def look_at(self, run: str) -> None:
        """Follow this run from now on."""
        if self._run is None or run != self._run.id:
            self._run, self._told = attach(run), set()

    def look(self) -> None:
        """Tell the screen of newly ended tasks and of the counts."""
        if self._run is None:
            return
        for task in self._run.connection.reader.tasks(self._run.id):
            if task.state not in _OPEN and task.index not in self._told:
                self._told.add(task.index)
                self._screen.task_ended(task)
        self._screen.counts(self._run.counts)

    def finish(self) -> None:
        """The cell that made the run has ended: a last look."""
        if self._run is not None:
            self.look()
            self._screen.run_ended()
            self._run = None
