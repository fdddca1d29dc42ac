"""What makes a run a search: from options to who decides over its tasks."""

from __future__ import annotations

import ast
import importlib.util
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from cellburst.client.options.submission import SubmitOptions
from cellburst.errors import SweepError, UsageError
from cellburst.model.search import Dimension, Search, Until
from cellburst.model.sweep import SweepView
from cellburst.sweeps.base import Points
from cellburst.sweeps.build import build
from cellburst.sweeps.given import unfolded
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.ranges import Choice
from cellburst.sweeps.shown import shown

if TYPE_CHECKING:
    from cellburst.sweeps.space import Space

SAMPLERS = ("tpe", "random", "cmaes", "gp", "qmc", "grid")
PRUNERS = ("asha", "median", "hyperband", "none")
TRIALS = 100
"""How many there are unless it is said."""
MOST = 10_000
"""Of copies, unless it is said."""
LEAST = 10
"""Copies, before an estimate of their spread is believed."""
VALUE = "value"
"""What a task's own value is called among its numbers."""
_PLAIN = (str, int, float, bool, type(None))
_NEEDED = {"cmaes": ("cmaes",), "gp": ("torch", "scipy"), "qmc": ("scipy",)}


@dataclass(frozen=True)
class Wanted:
    """Which tasks a run has. ``sweep`` makes their parameters, if they have any; ``objective`` is their number.

    With ``search`` the run begins without tasks, and is open.
    """

    sweep: Points | Space | None
    view: SweepView
    search: Search | Until | None = None
    objective: str = ""


def wanted(options: SubmitOptions, sweep: SweepOptions) -> Wanted:
    """The tasks that ``options`` describe; ``sweep`` has the parameters, and their ranges for a search.

    Raises UsageError for what cannot go together or is missing, SweepError for parameters, ranges and conditions.
    """
    if _given(options, ("until", "most")):
        return _until(options, sweep)
    if _given(options, ("search", "trials", "minimize", "maximize", "pruner")):
        return _search(options, sweep)
    return Wanted(*build(sweep))


def _search(options: SubmitOptions, sweep: SweepOptions) -> Wanted:
    name = options.search or "tpe"
    _check_name("search", name, SAMPLERS)
    sweep = unfolded(sweep, sampled=False)  # a file may have the ranges, and say what is looked for
    if not (options.minimize or options.maximize) and sweep.goal[0]:
        options = replace(options, **{sweep.goal[0]: sweep.goal[1]})  # type: ignore[arg-type]
    if bool(options.minimize) == bool(options.maximize):
        wrong = "only one of them" if options.minimize else "which number is to become small or large"
        raise UsageError(f"--search {name}: it takes --minimize NAME or --maximize NAME: {wrong}")
    pruner = options.pruner or "none"
    _check_name("pruner", pruner, PRUNERS)
    check_packages(name)
    if not sweep.params:
        raise UsageError(f"--search {name}: there is nothing to choose; add -p lr=loguniform(1e-5, 1e-1)")
    from cellburst.sweeps.space import space_of

    space = space_of(sweep)
    dimensions = space.dimensions()
    _check_conditions(space, dimensions)
    search = Search(
        sampler=name,
        trials=_bounded("--trials", _trials(options.trials, name, dimensions), sweep),
        metric=options.minimize or options.maximize,
        direction="minimize" if options.minimize else "maximize",
        space=dimensions,
        pruner="" if pruner == "none" else pruner,
    )
    return Wanted(space, SweepView("search", 0, columns=space.names), search, search.metric)


def check_packages(sampler: str) -> None:
    """Raises UsageError that says what to install."""
    if importlib.util.find_spec("optuna") is None:
        raise UsageError('a search needs Optuna: pip install "cellburst[search]"')
    for package in _NEEDED.get(sampler, ()):
        if importlib.util.find_spec(package) is None:
            raise UsageError(f"--search {sampler} needs the package {package}: pip install {package}")


def _until(options: SubmitOptions, sweep: SweepOptions) -> Wanted:
    from cellburst.sweeps.until import read_condition

    if not options.until:
        raise UsageError('--most bounds --until: add --until "stderr < 0.01"')
    if others := _given(options, ("search", "trials", "minimize", "maximize", "pruner")):
        raise UsageError(f"--until adds copies with other seeds, --{others[0]} chooses points; leave one of them out")
    if sweep.vary or sweep.sample is not None:
        raise UsageError("--until adds copies with other seeds, which have no parameters; leave -p and --over out")
    condition = read_condition(options.until)
    most = MOST if options.most is None else options.most
    if most < 2:
        raise UsageError(f"--most {most}: an estimate needs 2 copies or more")
    _bounded("--most", most, sweep)
    metric = condition.metrics[0] if condition.metrics and not condition.bare else VALUE
    until = Until(condition.text, most, metric, min(LEAST, most))
    return Wanted(None, SweepView("search", 0), until, metric)


def _trials(wanted: int | None, sampler: str, dimensions: tuple[Dimension, ...]) -> int:
    if wanted is not None and wanted < 1:
        raise UsageError(f"--trials {wanted}: it takes a whole number from 1 on")
    if sampler != "grid":
        return TRIALS if wanted is None else wanted
    points = prod(_size(dimension) for dimension in dimensions)
    return points if wanted is None else min(wanted, points)


def _bounded(option: str, tasks: int, sweep: SweepOptions) -> int:
    if tasks > sweep.max_tasks and not sweep.yes:
        said = f"more than {sweep.max_tasks:,} tasks; --yes allows them (the bound is the setting max_tasks)"
        raise SweepError(f"{option} {tasks:,}: {said}", at=option)
    return tasks


def _size(dimension: Dimension) -> int:
    if dimension.kind == "choice":
        return len(dimension.choices)
    if dimension.kind == "float" and dimension.step is None:
        name = dimension.name
        said = f"-p {name}: --search grid needs values that can be counted: quniform(low, high, step), or a list"
        raise SweepError(said, at=f"-p {name}")
    return int((dimension.high - dimension.low) / (dimension.step or 1) * (1 + 1e-12) + 1e-9) + 1


def _check_conditions(space: Space, dimensions: tuple[Dimension, ...]) -> None:
    """The searcher has of a choice what is shown of it, which stands for a plain value only."""
    for dimension in dimensions:
        reads = {node.id for node in ast.walk(ast.parse(dimension.when)) if isinstance(node, ast.Name)}
        for name in sorted(reads & space.ranges.keys()):
            choices = space.ranges[name].values if isinstance(space.ranges[name], Choice) else ()
            if odd := [value for value in choices or () if not isinstance(value, _PLAIN)]:
                said = f"{name} has values such as {shown(odd[0])}, and in a search only numbers and texts are compared"
                raise SweepError(f"--when {dimension.name}: {said}", at=f"--when {dimension.name}")


def _check_name(option: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        from cellburst.sweeps.until import did_you_mean

        raise UsageError(f"--{option} {name}: there are {', '.join(known)}{did_you_mean(name, known)}")


def _given(options: SubmitOptions, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if getattr(options, name) not in ("", None)]
