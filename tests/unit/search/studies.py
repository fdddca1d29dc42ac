"""Searches without processes: a plan, and tasks that are a function here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from cellburst.model.outcome import ErrorInfo, OutcomeKind, TaskResult
from cellburst.model.report import Report
from cellburst.model.search import Dimension, Search
from cellburst.search.plan import Plan, Row
from cellburst.search.space import Space
from cellburst.search.study import StudyPlan
from cellburst.sweeps import plain

LINE = (Dimension("x", "float", -5.0, 5.0), Dimension("n", "int", 1, 8))
TREE = (
    Dimension("kernel", "choice", choices=("linear", "rbf", "poly")),
    Dimension("c", "float", 1e-3, 1e3, log=True),
    Dimension("gamma", "float", 1e-4, 1.0, log=True, when="kernel == 'rbf'"),
    Dimension("degree", "int", 2, 5, when="kernel == 'poly'"),
)


def space_of(dimensions: Sequence[Dimension]) -> Space:
    return Space(dimensions, {each.name: partial(plain.holds, each.when) for each in dimensions if each.when})


def search(
    sampler: str = "tpe", trials: int = 20, space: Sequence[Dimension] = LINE, pruner: str = "", metric: str = "loss"
) -> Search:
    return Search(sampler, trials, metric, "minimize", tuple(space), pruner)


def plan_of(what: Search, seed: int = 7, slots: int = 1) -> StudyPlan:
    return StudyPlan(what, space_of(what.space), seed, slots)


def success(index: int, value: Any, metric: str = "loss", seconds: float = 1.0) -> TaskResult:
    return TaskResult(index, 1, 1, OutcomeKind.SUCCEEDED, float(index), seconds, metrics={metric: value})


def failure(index: int, message: str = "boom", kind: OutcomeKind = OutcomeKind.FAILED) -> TaskResult:
    return TaskResult(index, 1, 1, kind, float(index), 1.0, error=ErrorInfo("ValueError", message))


def pruned(index: int) -> TaskResult:
    return TaskResult(index, 1, 1, OutcomeKind.PRUNED, float(index), 1.0)


def reports(*values: float, metric: str = "loss") -> list[Report]:
    return [Report(float(step), step, {metric: value}) for step, value in enumerate(values)]


class Life:
    """A search that lives: what was asked for and told, as its record would have it."""

    def __init__(self, plan: Plan, loss: Callable[[Row], TaskResult | float], rows: Sequence[Row] = ()) -> None:
        self.plan = plan
        self.loss = loss
        self.rows: list[Row] = list(rows)
        self.results: list[TaskResult] = []
        self.said: dict[int, list[Report]] = {}

    def begin(self) -> Life:
        """As a searcher does that comes after another one."""
        self.plan.recall(self.rows)
        new = self.plan.ask()
        for result in list(self.results):
            self.plan.report(result.index, self.said.get(result.index, []))
            self.plan.tell(result)
            new += self.plan.ask()
        self.plan.live()
        self.rows += new + self.plan.ask()
        return self

    def end_one(self, index: int | None = None) -> None:
        over = {result.index for result in self.results}
        index = min(set(range(len(self.rows))) - over) if index is None else index
        result = self.loss(self.rows[index])
        if not isinstance(result, TaskResult):
            result = success(index, result)
        self.results.append(result)
        self.plan.tell(result)
        self.rows += self.plan.ask()

    def run(self, most: int = 10_000) -> Life:
        while self.plan.ended is None and most:
            self.end_one()
            most -= 1
        return self

    def reborn(self, plan: Plan) -> Life:
        """What the next searcher makes of this one's record."""
        other = Life(plan, self.loss, self.rows)
        other.results, other.said = list(self.results), self.said
        return other.begin()
