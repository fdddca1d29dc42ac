from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from cellburst.display.card import card_bundle, card_text
from cellburst.display.progress import RunProgress
from cellburst.display.searching import SearchStanding
from cellburst.display.view import RunHead
from cellburst.errors import StoreError
from cellburst.model.payload import Packed, Payload
from cellburst.model.run import ENDED, Counts, Run, RunOptions, RunState, RunStatus
from cellburst.model.search import Search, Until
from cellburst.model.stored import TaskRow
from cellburst.model.sweep import SweepView


class Tasks:
    """A reader that has rows, and counts how often each is read."""

    def __init__(self) -> None:
        self.rows: list[TaskRow] = []
        self.read: list[int] = []
        self.broken = False

    def tasks(self, run: str, start: int = 0, stop: int | None = None) -> Iterator[TaskRow]:
        if self.broken:
            raise StoreError("gone")
        for row in self.rows[start:stop]:
            self.read.append(row.index)
            yield row

    def add(self, state: str, value: Any = None, **params: Any) -> None:
        metrics = None if value is None else {"loss": value}
        self.rows.append(TaskRow(len(self.rows), state, params, metrics=metrics))


def run_with(search: Search | Until) -> Run:
    payload = Payload("cell", Packed(), objective="loss")
    return Run("0abc", "k", "", "local", payload, SweepView("search", 0), RunOptions(search=search), time.time())


def standing_of(search: Search | Until, tasks: Tasks) -> SearchStanding:
    return SearchStanding(run_with(search), lambda: tasks)  # type: ignore[arg-type,return-value]


TPE = Search("tpe", 200, "loss", "minimize")


def test_it_says_how_far_a_search_is_and_what_is_best() -> None:
    tasks = Tasks()
    standing = standing_of(TPE, tasks)
    assert standing.parts(Counts(queued=2, running=1), ended=False) == ["trial 0 of 200", "1 running", "2 queued"]
    tasks.add("succeeded", 0.5, lr=0.1, depth=3)
    tasks.add("succeeded", 0.01234, lr=0.00123456, depth=4, gamma=None)
    tasks.add("failed")
    tasks.add("succeeded", 0.9, lr=0.2, depth=3)
    standing.hear([0, 1, 2, 3])
    assert standing.parts(Counts(succeeded=3, failed=1), ended=False) == [
        "trial 4 of 200",
        "best loss 0.01234 (lr=0.001235, depth=4)",
        "1 failed",
    ]
    tasks.add("succeeded", float("nan"), lr=0.0, depth=0)
    tasks.add("pruned")
    standing.hear([4, 5])
    said = standing.parts(Counts(succeeded=4, failed=1, pruned=1), ended=True)
    assert said[0] == "6 trials"
    assert "0.01234" in said[1]
    assert said[2:] == ["1 failed", "1 pruned"]
    assert tasks.read == [0, 1, 2, 3, 4, 5]  # each once


def test_the_best_of_a_search_for_more_is_the_largest() -> None:
    tasks = Tasks()
    for value in (0.1, 0.9, 0.4):
        tasks.add("succeeded", value, a=value)
    standing = standing_of(Search("tpe", 5, "loss", "maximize"), tasks)
    assert standing.parts(Counts(succeeded=3), ended=True)[1] == "best loss 0.9 (a=0.9)"


def test_copies_show_their_estimate() -> None:
    tasks = Tasks()
    for index in range(100):
        tasks.add("succeeded", float(index % 2))
    standing = standing_of(Until("stderr < 0.01", 5000), tasks)
    assert standing.parts(Counts(succeeded=100), ended=False) == ["100 copies of at most 5,000", "mean 0.5 ± 0.05"]
    assert standing.parts(Counts(succeeded=1), ended=True)[0] == "1 copy"


def test_a_store_that_cannot_be_read_is_no_end_of_the_display() -> None:
    tasks = Tasks()
    tasks.broken = True
    assert standing_of(TPE, tasks).parts(Counts(succeeded=3), ended=False) == ["trial 3 of 200"]


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.FAILED])
def test_the_card_tells_the_search_and_why_it_ended(state: RunState) -> None:
    tasks = Tasks()
    tasks.add("succeeded", 0.5, lr=0.1)
    run = run_with(TPE)
    progress = RunProgress(RunHead.of(run, "store"), run.submitted, standing_of(TPE, tasks))
    progress.take_status(RunStatus(run.id, state, Counts(succeeded=1), 1.0, 2.0, "the last 20 tasks all failed"))
    view = progress.view(run.submitted)
    card = card_bundle(view)["application/vnd.cellburst.run+json"]
    assert card["standing"].endswith("trial" if state in ENDED else "of 200")
    assert card["found"] == ["best loss 0.5 (lr=0.1)"]
    text = card_text(view)
    assert "best loss 0.5 (lr=0.1)" in text
    assert "the last 20 tasks all failed" in text
    assert "done" not in text
