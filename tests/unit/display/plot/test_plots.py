"""Pictures of scores: which kind suits, what is in them, and that they are plain and bounded."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cellburst.display.plot.choosing import KINDS, choose
from cellburst.display.plot.picture import VEGA_LITE, Plot
from cellburst.display.plot.scene import MOST, Point, Scene, bounded, distinct, importance, is_logarithmic, varying
from cellburst.display.plot.trials import estimates
from cellburst.errors import UsageError

Row = tuple[tuple[Any, ...], float | None] | tuple[tuple[Any, ...], float | None, str]


def scene(names: Iterable[str], rows: Iterable[Row], **more: Any) -> Scene:
    points = []
    for task, (params, score, *state) in enumerate(rows):
        points.append(Point(task, params, score, state[0] if state else "succeeded"))
    return Scene(more.pop("metric", "value"), more.pop("mode", "max"), tuple(names), tuple(points), **more)


def grid(*axes: Iterable[Any], names: str = "abcdef") -> Scene:
    from itertools import product

    points = list(product(*axes))
    return scene(names[: len(axes)], [(point, float(number)) for number, point in enumerate(points)])


RATES = [1e-5, 1e-4, 1e-3, 1e-2]
SCENES = {
    "one": grid(RATES),
    "seeds": scene(["depth", "seed"], [((d, s), d + s / 10) for d in (1, 2, 3) for s in range(3)]),
    "choices": scene(["model"], [(("svc",), 1.0), (("forest",), 2.0), (("knn",), None, "failed")]),
    "two": grid(RATES, ["rbf", "poly"]),
    "cloud": scene(["lr", "mom"], [((10**-n, 1 / (n + 1)), float(n)) for n in range(60)]),
    "three": grid(RATES, ["rbf", "poly"], [1, 2, 3]),
    "five": grid([1, 2], [1, 2], [1, 2], ["a", "b"], [True, False]),
    "search": scene(["lr"], [((0.1,), 1.0), ((0.2,), 0.4, "pruned"), ((0.3,), None, "failed")], origin="search"),
    "copies": scene([], [((), float(n % 7)) for n in range(50)], origin="copies"),
    "constant": scene(["a", "b"], [((1, 2), 3.0)]),
    "odd": scene(["a.b[0]", "<i>"], [((None, True), 1.0), ((2.5, "x"), math.inf), (("y", 0), 2.0)]),
}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("one", "line"),
        ("seeds", "line"),
        ("choices", "points"),
        ("two", "heat"),
        ("cloud", "heat"),
        ("three", "facets"),
        ("five", "multiples"),
        ("search", "history"),
        ("copies", "histogram"),
        ("constant", "line"),
    ],
)
def test_the_kind_suits_the_run(name: str, kind: str) -> None:
    assert choose(SCENES[name]) == kind


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SCENES)
def test_every_picture_is_plain_json_and_safe_svg(name: str, kind: str) -> None:
    least = {"line": 1, "points": 1, "heat": 2, "facets": 3, "multiples": 1, "parallel": 2}.get(kind, 0)
    if len(SCENES[name].names) < least:
        with pytest.raises(UsageError, match="needs"):
            Plot(SCENES[name], kind)
        return
    plot = Plot(SCENES[name], kind)
    bundle = plot._repr_mimebundle_()
    assert set(bundle) == {VEGA_LITE, "image/svg+xml", "text/plain"}
    spec = json.loads(json.dumps(bundle[VEGA_LITE], allow_nan=False))
    assert spec["background"] == "transparent"
    tree = ElementTree.fromstring(bundle["image/svg+xml"])
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert tags <= {"svg", "text", "rect", "circle", "line", "title"}
    assert len(list(tree.iter())) > 3


def test_failures_are_marked_and_told() -> None:
    spec = Plot(SCENES["choices"]).spec
    assert spec["title"]["subtitle"] == "1 failed (red cross)"
    assert [row["state"] for row in spec["data"]["values"]] == ["succeeded", "succeeded", "failed"]
    marks = [layer["mark"].get("shape") for layer in spec["layer"]]
    assert "cross" in marks
    assert "cross" not in json.dumps(Plot(SCENES["one"]).spec)


def test_pruned_trials_are_no_best_ones() -> None:
    steps = next(layer for layer in Plot(SCENES["search"]).spec["layer"] if "data" in layer)
    assert steps["data"]["values"] == [{"task": 0, "best": 1.0}]
    assert "1 pruned (orange)" in Plot(SCENES["search"]).spec["title"]["subtitle"]


def test_a_picture_is_bounded_and_says_so() -> None:
    large = scene(["x"], [((n,), float(n == 77_777)) for n in range(100_001)])
    shown = bounded(large)
    assert len(shown.points) == MOST
    assert shown.best.task == 77_777
    spec = Plot(large).spec
    assert spec["title"]["subtitle"] == "an even choice of 5,000 of 100,001 tasks"
    assert len(Plot(large).svg) < 200_000


@pytest.mark.parametrize(
    ("values", "log"),
    [
        (RATES, True),
        ([1, 2, 4, 8, 16, 32], True),
        ([1, 10, 100], True),
        (range(1, 200), False),
        ([0, 1, 10, 100], False),
        ([1, 100], False),
        (["a", "b", "c"], False),
        ([0.1, 0.2, 0.3], False),
    ],
)
def test_an_axis_is_logarithmic_where_the_values_say_so(values: Iterable[Any], log: bool) -> None:
    assert is_logarithmic(list(values)) is log


def test_repetitions_are_no_axis_and_have_a_band() -> None:
    assert varying(SCENES["seeds"]) == ["depth"]
    marks = [layer["mark"]["type"] for layer in Plot(SCENES["seeds"]).spec["layer"]]
    assert marks[:3] == ["errorband", "line", "point"]
    assert varying(scene(["seed"], [((1,), 1.0), ((2,), 2.0)])) == ["seed"]


def test_importance_is_the_share_of_variance_between_groups() -> None:
    of_a = scene(["a", "b"], [((a, b), float(a)) for a in (1, 2) for b in (1, 2)])
    assert importance(of_a, "a") == 1.0
    assert importance(of_a, "b") == 0.0
    order = [panel["title"]["text"] for panel in Plot(of_a, "multiples").spec["concat"]]
    assert order == ["a: 100% of the variance", "b: 0% of the variance"]


def test_the_estimate_has_mean_and_standard_error() -> None:
    import numpy as np

    scores = [point.score or 0.0 for point in SCENES["copies"].points]
    last = estimates(SCENES["copies"])[-1]
    assert last.mean == pytest.approx(np.mean(scores))
    assert last.error == pytest.approx(np.std(scores, ddof=1) / math.sqrt(len(scores)))
    assert last.text == "mean 2.94 ± 0.29 (50 tasks)"


def test_distinct_values_have_an_order() -> None:
    assert distinct([3, 1.5, None, 3]) == [1.5, 3]
    assert distinct(["b", "a", "b"]) == ["b", "a"]
    assert distinct([True, 1, False]) == [True, 1, False]


def test_a_kind_that_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no kind 'pie' of picture"):
        Plot(SCENES["one"], "pie")
    with pytest.raises(UsageError, match="'facets' needs 3 parameters, and the run has 1 of them"):
        Plot(SCENES["one"], "facets")


def test_a_picture_is_written_as_svg_or_as_its_specification(tmp_path: Path) -> None:
    plot = Plot(SCENES["one"])
    plot.save(tmp_path / "a.svg")
    plot.save(tmp_path / "a.json")
    assert (tmp_path / "a.svg").read_text() == plot.svg
    assert json.loads((tmp_path / "a.json").read_text()) == plot.spec
    assert repr(plot) == "<value by a: best 3 in task 3 at a=0.01>"
    assert repr(Plot(SCENES["copies"])) == "<value of 50 tasks: mean 2.94 ± 0.29 (50 tasks)>"
