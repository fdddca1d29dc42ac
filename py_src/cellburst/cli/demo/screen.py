"""The terminal during the demo: a live bar where it can be drawn, plain lines elsewhere."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import Any, Protocol

import click

from cellburst.model.run import Counts, TaskState
from cellburst.model.stored import TaskRow

_EVERY = 2.0  # seconds between plain progress lines


class Screen(Protocol):
    """What the player says."""

    def heading(self, text: str) -> None: ...
    def text(self, text: str) -> None: ...
    def task_ended(self, task: TaskRow) -> None: ...
    def counts(self, counts: Counts) -> None: ...
    def run_ended(self) -> None: ...


class PlainScreen:
    """Lines, for files, pipes and simple terminals."""

    def __init__(self) -> None:
        self._counts = Counts()
        self._last = time.monotonic()

    def __enter__(self) -> PlainScreen:
        return self

    def __exit__(self, *_: object) -> None: ...

    def heading(self, text: str) -> None:
        click.echo(f"\n== {text}")

    def text(self, text: str) -> None:
        click.echo(text)

    def task_ended(self, task: TaskRow) -> None: ...

    def counts(self, counts: Counts) -> None:
        now = time.monotonic()
        if counts != self._counts and now - self._last >= _EVERY:
            self._say(counts)
            self._last = now
        self._counts = counts

    def run_ended(self) -> None:
        self._say(self._counts)

    def _say(self, counts: Counts) -> None:
        click.echo(f"   {counts.ended}/{counts.total} tasks ended, {counts.failed} failed")


class LiveScreen:
    """One bar, the last models above it, drawn by rich."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._console = Console(highlight=False)
        self._progress = Progress(
            TextColumn("   "),
            BarColumn(40, complete_style="cyan", finished_style="green"),
            MofNCompleteColumn(),
            TextColumn("{task.fields[failed]} failed"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[newest]}"),
            console=self._console,
        )
        self._bar: Any = None
        self._newest = ""

    def __enter__(self) -> LiveScreen:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def heading(self, text: str) -> None:
        self._console.print(f"\n[bold cyan]{text}")

    def text(self, text: str) -> None:
        self._console.print(text, markup=False, no_wrap=True, overflow="ellipsis")

    def task_ended(self, task: TaskRow) -> None:
        mark = "" if task.state == TaskState.SUCCEEDED else " (failed)"
        self._newest = ", ".join(map(str, task.params.values())) + mark

    def counts(self, counts: Counts) -> None:
        if self._bar is None:
            self._bar = self._progress.add_task("", total=counts.total, failed=0, newest="")
        self._progress.update(self._bar, completed=counts.ended, failed=counts.failed, newest=self._newest)

    def run_ended(self) -> None:
        if self._bar is not None:
            self._progress.update(self._bar, newest="")
            self._progress.stop_task(self._bar)
            self._progress.stop()
            self._progress.remove_task(self._bar)
            self._progress.start()
            self._bar = None


def open_screen(plain: bool) -> AbstractContextManager[PlainScreen | LiveScreen]:
    """The screen that fits where we are."""
    return PlainScreen() if plain else LiveScreen()
