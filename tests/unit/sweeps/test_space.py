"""What a search may try."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from cellburst.errors import SweepError
from cellburst.model.search import Dimension
from cellburst.sweeps import plain, ranges
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.space import Space, space_of


def options(**given: Any) -> SweepOptions:
    return SweepOptions(**{"namespace": {}, **given})


def test_dimensions_and_the_way_back() -> None:
    space = space_of(
        options(
            params={
                "lr": ranges.loguniform(1e-5, 1e-1),
                "depth": ranges.randint(1, 9),
                "q": ranges.quniform(0, 10, 5),
                "model": [print, len],
                "a,b": [(1, "x"), (2, "y")],
            },
            const={"n": 10},
        )
    )
    assert space.dimensions() == (
        Dimension("lr", "float", 1e-5, 1e-1, log=True),
        Dimension("depth", "int", 1, 9),
        Dimension("q", "int", 0, 10, 5),
        Dimension("model", "choice", choices=("print", "len")),
        Dimension("a,b", "choice", choices=("(1, 'x')", "(2, 'y')")),
    )
    assert space.names == ("lr", "depth", "q", "model", "a", "b", "n")
    row = {"lr": 0.01, "depth": 3.0, "q": 5.0, "model": 1, "a,b": 0}
    found = pickle.loads(pickle.dumps(space)).resolve(row)
    assert found == {"lr": 0.01, "depth": 3, "q": 5, "model": len, "a": 1, "b": "x", "n": 10}
    assert type(found["depth"]) is int


def test_conditions_come_after_what_they_read_with_the_notebooks_values_in_them() -> None:
    space = space_of(
        options(
            params={
                "gamma": ranges.uniform(0, 1),
                "degree": ranges.randint(2, 5),
                "kernel": ["rbf", "poly", "linear"],
            },
            when={"degree": "kernel == 'poly' and gamma < limit", "gamma": "kernel in kinds"},
            namespace={"limit": 0.5, "kinds": {"rbf", "poly"}},
        )
    )
    assert [(found.name, found.when) for found in space.dimensions()] == [
        ("kernel", ""),
        ("gamma", "kernel in ('poly', 'rbf')"),
        ("degree", "kernel == 'poly' and gamma < 0.5"),
    ]
    assert space.optional == {"gamma", "degree"}
    assert space.resolve({"kernel": 2}) == {"kernel": "linear"}


@pytest.mark.parametrize(
    ("text", "point", "true"),
    [
        ("kernel == 'rbf'", {"kernel": "rbf"}, True),
        ("kernel == 'rbf'", {}, False),
        ("not a or b > 2", {"a": 0, "b": 1}, True),
        ("1 < a <= 3 and a % 2 == 0", {"a": 2}, True),
        ("a in (1, 2) if b else a == 3", {"a": 3, "b": False}, True),
        ("max(a, b) - min(a, b) < abs(-2)", {"a": 1, "b": 2.5}, True),
        ("a is None", {"a": None}, True),
    ],
)
def test_conditions_as_data(text: str, point: dict[str, Any], true: bool) -> None:
    assert plain.holds(text, point) is true


def test_a_condition_that_fails_tells_the_point() -> None:
    with pytest.raises(SweepError, match=r"a < 1 fails at a='x' with TypeError"):
        plain.holds("a < 1", {"a": "x"})


@pytest.mark.parametrize(
    ("given", "said", "at"),
    [
        ({"params": {}}, "needs a parameter with a range", ""),
        (
            {"params": {"a": [1]}, "where": ("a > 0",)},
            "--where: a search chooses .* --when makes .* raising cellburst.errors.TaskPruned",
            "--where 0",
        ),
        ({"params": {"a": [1]}, "over": [{"b": 1}]}, "--over: a search", "--over"),
        ({"params": {"a": [1]}, "sample": 3}, "--sample: a search", "--sample"),
        ({"params": {"a": [1]}, "const": {"a": 2}}, "a: bound by -p and by --const", "--const a"),
        ({"params": {"a": [1], "b": [1]}, "when": {"a": "open('x') == b"}}, r"open\('x'\) does more", "--when a"),
        ({"params": {"a": [1], "b": [1]}, "when": {"a": "b.real > 0"}}, r"b\.real does more", "--when a"),
        (
            {"params": {"a": [1], "b": [1]}, "when": {"a": "b > f"}, "namespace": {"f": open}},
            "f is builtin_function_or_method",
            "--when a",
        ),
        ({"params": {"a": [1], "b": [1]}, "when": {"a": "a > 0"}}, "depends on a itself", "--when a"),
        ({"params": {"a": [1]}, "when": {"c": "a > 0"}}, "--when c: there is no such parameter", "--when c"),
    ],
)
def test_what_is_no_space(given: dict[str, Any], said: str, at: str) -> None:
    with pytest.raises(SweepError, match=said) as caught:
        space_of(options(**given))
    assert caught.value.at == at


def test_a_space_can_be_made_by_hand() -> None:
    space = Space({"x": ranges.uniform(0, 1)}, const={"n": 3})
    assert space.resolve({"x": 0.5}) == {"x": 0.5, "n": 3}
