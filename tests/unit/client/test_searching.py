from __future__ import annotations

from typing import Any

import pytest

from cellburst.client.options.searching import Wanted, wanted
from cellburst.client.options.submission import SubmitOptions
from cellburst.errors import SweepError, UsageError
from cellburst.model.search import Search, Until
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.ranges import choice, loguniform, quniform, randint, uniform

RANGES = {"lr": loguniform(1e-5, 1e-1), "depth": randint(2, 8)}


def asked(params: Any = RANGES, sweep: Any = None, **options: Any) -> Wanted:
    return wanted(SubmitOptions(**options), sweep or SweepOptions(params=params))


def test_without_such_options_it_is_a_sweep() -> None:
    found = asked({"a": [1, 2]})
    assert found.search is None
    assert found.view.count == 2


def test_a_search_begins_without_tasks() -> None:
    found = asked(search="tpe", trials=200, minimize="loss", pruner="asha")
    assert isinstance(found.search, Search)
    assert (found.search.sampler, found.search.trials, found.search.pruner) == ("tpe", 200, "asha")
    assert (found.search.metric, found.search.direction, found.objective) == ("loss", "minimize", "loss")
    assert [dimension.name for dimension in found.search.space] == ["lr", "depth"]
    assert (found.view.kind, found.view.count, found.view.names) == ("search", 0, ("lr", "depth"))
    assert found.sweep is not None
    assert found.sweep.resolve({"lr": 0.01, "depth": 3}) == {"lr": 0.01, "depth": 3}  # type: ignore[union-attr]


def test_what_is_not_said_has_defaults() -> None:
    found = asked(maximize="score").search
    assert isinstance(found, Search)
    assert (found.sampler, found.trials, found.pruner, found.direction) == ("tpe", 100, "", "maximize")
    until = asked({}, until="stderr < 0.01").search
    assert until == Until("stderr < 0.01", 10_000, "value", 10)
    assert asked({}, until="n >= 4", most=4).search == Until("n >= 4", 4, "value", 4)


def test_a_file_may_say_what_is_looked_for() -> None:
    described = SweepOptions(params=RANGES, method="bayes", goal=("maximize", "auc"))
    found = asked(sweep=SweepOptions(over=described), search="tpe").search
    assert isinstance(found, Search)
    assert (found.metric, found.direction) == ("auc", "maximize")
    typed = asked(sweep=SweepOptions(over=described), minimize="loss").search
    assert isinstance(typed, Search)
    assert (typed.metric, typed.direction) == ("loss", "minimize")


def test_a_grid_is_as_large_as_there_are_points() -> None:
    params = {"a": [1, 2, 3], "b": quniform(0.0, 1.0, 0.25), "c": randint(1, 2), "d": choice(["x", "y"])}
    assert asked(params, search="grid", minimize="m").search.trials == 3 * 5 * 2 * 2  # type: ignore[union-attr]
    assert asked(params, search="grid", minimize="m", trials=4).search.trials == 4  # type: ignore[union-attr]


def test_as_many_tasks_as_a_sweep_may_have_unless_said() -> None:
    for options, said in (
        ({"search": "tpe", "minimize": "m", "trials": 100_001}, "--trials 100,001: more than 100,000 tasks; --yes"),
        ({"until": "n > 3", "most": 100_001}, "--most 100,001"),
    ):
        params = {} if "until" in options else RANGES
        with pytest.raises(SweepError, match=said):
            wanted(SubmitOptions(**options), SweepOptions(params=params))  # type: ignore[arg-type]
        assert wanted(SubmitOptions(**options), SweepOptions(params=params, yes=True)).search  # type: ignore[arg-type]


def test_an_estimate_can_be_of_a_named_number() -> None:
    found = asked({}, until="stderr(price) < 0.01 and mean(delta) > 0")
    assert found.objective == "price"
    assert asked({}, until="stderr < 0.01 and mean(delta) > 0").objective == "value"
    assert asked({}, until="stderr(price) < 0.01 and n >= 20").objective == "price"
    assert asked({}, until="n >= 20").objective == "value"


@pytest.mark.parametrize(
    ("params", "options", "problem"),
    [
        (RANGES, {"search": "tpe"}, "--minimize NAME or --maximize NAME"),
        (RANGES, {"search": "tpe", "minimize": "a", "maximize": "b"}, "only one of them"),
        (RANGES, {"search": "tep", "minimize": "a"}, "did you mean tpe?"),
        (RANGES, {"search": "tpe", "minimize": "a", "pruner": "ahsa"}, "did you mean asha?"),
        ({}, {"search": "tpe", "minimize": "a"}, "there is nothing to choose; add -p lr="),
        ({"x": uniform(0, 1)}, {"search": "grid", "minimize": "a"}, "-p x: --search grid needs values"),
        (RANGES, {"trials": 0, "minimize": "a"}, "--trials 0"),
        (RANGES, {"trials": 10}, "--minimize NAME or --maximize NAME"),
        ({}, {"until": "stdrr < 1"}, "did you mean stderr?"),
        ({}, {"most": 10}, "--most bounds --until"),
        ({}, {"until": "n > 1", "most": 1}, "--most 1"),
        ({}, {"until": "n > 1", "search": "tpe"}, "leave one of them out"),
        (RANGES, {"until": "n > 1"}, "have no parameters"),
    ],
)
def test_what_cannot_be_meant_is_refused(params: Any, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        asked(params, **options)
    assert problem in str(caught.value)


def test_a_condition_compares_plain_values_only() -> None:
    params = {"how": choice([abs, float]), "g": uniform(0, 1)}
    with pytest.raises(UsageError, match="--when g: how has values such as abs"):
        asked(sweep=SweepOptions(params=params, when={"g": "how == 'abs'"}), minimize="a")
    params["how"] = choice(["abs", None, 2])
    assert asked(sweep=SweepOptions(params=params, when={"g": "how == 'abs'"}), minimize="a").search is not None


def test_a_package_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in {"cmaes"} else real(name))
    with pytest.raises(UsageError, match="pip install cmaes"):
        asked(search="cmaes", minimize="a")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "optuna" else real(name))
    with pytest.raises(UsageError, match=r"pip install \"cellburst\[search\]\""):
        asked(search="tpe", minimize="a")
