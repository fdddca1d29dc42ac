"""What the specifications of all pictures have in common: data, axes, marks for failures, looks."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

from cellburst.display.plot.scene import Scene, distinct, is_logarithmic, is_numeric

Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
WIDTH, HEIGHT = 480, 280
GREY = "#7a7a7a"  # legible on white and on black
BLUE, RED, AMBER = "#1f87d6", "#e0433a", "#b87608"
_FAINT = "rgba(128, 128, 128, 0.25)"
_TEXTS = {"labelColor": GREY, "titleColor": GREY}
CONFIG: Spec = {
    "view": {"stroke": _FAINT},
    "axis": {**_TEXTS, "gridColor": "rgba(128, 128, 128, 0.15)", "domainColor": _FAINT, "tickColor": _FAINT},
    "legend": _TEXTS,
    "header": _TEXTS,
    "title": {"color": GREY, "subtitleColor": GREY, "anchor": "start", "fontWeight": "normal"},
}
STATES = ("failed", "unknown", "cancelled", "pruned")
_GIVEN_UP = ("cancelled", "pruned")


def framed(scene: Scene, body: Spec, title: str) -> Spec:
    """A whole specification: the body with its data, a title, and what is to be said below it."""
    subtitle = "; ".join(said(scene))
    return {
        "$schema": SCHEMA,
        "background": "transparent",
        "title": {"text": title, **({"subtitle": subtitle} if subtitle else {})},
        "data": {"values": values_of(scene)},
        **body,
        "config": CONFIG,
    }


def said(scene: Scene) -> Iterable[str]:
    """The run's name, how its tasks ended, and whether some are left out."""
    if scene.title:
        yield scene.title
    tally = {state: sum(point.state == state for point in scene.points) for state in STATES}
    yield from (f"{number:,} {state} ({_look(scene, state)})" for state, number in tally.items() if number)
    if scene.total > len(scene.points):
        yield f"an even choice of {len(scene.points):,} of {scene.total:,} tasks"


def _look(scene: Scene, state: str) -> str:
    shade = "orange" if state in _GIVEN_UP else "red"
    pointed = any(point.state == state and point.score is not None for point in scene.points)
    return f"{shade}" if pointed else f"{shade} cross"


def values_of(scene: Scene) -> list[Spec]:
    """A row for each point: p0, p1, ... are the parameters, for their names may be anything."""
    drawn = {point.task for point in scene.scored}
    return [
        {
            "task": point.task,
            "state": point.state,
            "score": point.score if point.task in drawn else None,
            **{f"p{place}": plain(value) for place, value in enumerate(point.params)},
        }
        for point in scene.points
    ]


def plain(value: Any) -> Any:
    """A value that JSON has."""
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def field(scene: Scene, name: str) -> str:
    """The field of a parameter."""
    return f"p{scene.names.index(name)}"


def axis(scene: Scene, name: str, *, cells: bool = False) -> Spec:
    """The encoding of a parameter: by size, by magnitude, or value by value."""
    column = scene.column(name)
    if cells or not is_numeric(column):
        return {"field": field(scene, name), "type": "ordinal", "title": name, "sort": sort_of(column)}
    scale: Spec = {"zero": False}
    if is_logarithmic(column):
        there = distinct(column)
        ticks = round(math.log10(there[-1] / there[0])) + 1
        look = {"tickCount": ticks, "format": "~g"}
        return {
            "field": field(scene, name),
            "type": "quantitative",
            "title": name,
            "scale": {"type": "log"},
            "axis": look,
        }
    return {"field": field(scene, name), "type": "quantitative", "title": name, "scale": scale}


def sort_of(column: Sequence[Any]) -> list[Any]:
    """The order of values on an axis: numbers by size, others as the sweep has them."""
    return distinct([plain(value) for value in column])


def score(scene: Scene, *, mean: bool = False) -> Spec:
    """The encoding of the scores, on an axis that does not begin at zero."""
    found: Spec = {"field": "score", "type": "quantitative", "title": scene.metric, "scale": {"zero": False}}
    return {**found, "aggregate": "mean"} if mean else found


def colour(scene: Scene, *, mean: bool = True) -> Spec:
    """Scores as colours, of which the better ones are the brighter."""
    scale = {"scheme": "viridis", "reverse": scene.mode == "min", "zero": False}
    return {**score(scene, mean=mean), "scale": scale, "legend": {"gradientOpacity": 1}}


def tooltip(scene: Scene, *more: Spec) -> list[Spec]:
    """What is told of the point under the pointer."""
    params = [{"field": f"p{place}", "title": name} for place, name in enumerate(scene.names)]
    return [{"field": "task", "title": "task"}, *params, *more, {"field": "state", "title": "state"}]


SCORED: Spec = {"filter": "isValid(datum.score)"}
ENDED_BADLY: Spec = {"filter": f"indexof({json.dumps(list(STATES))}, datum.state) >= 0 && !isValid(datum.score)"}


BAD_COLOUR: Spec = {
    "condition": {"test": f"indexof({json.dumps(list(_GIVEN_UP))}, datum.state) >= 0", "value": AMBER},
    "value": RED,
}
"""The colour of what did not end well; no scale, so that it has no part in that of the scores."""
_CROSS: Spec = {"type": "point", "shape": "cross", "angle": 45, "size": 60, "filled": True, "opacity": 0.9}


def crosses(scene: Scene, **places: Any) -> list[Spec]:
    """A layer with a cross for each task that ended badly and without a score, at ``x`` and ``y``, if there are any."""
    if not any(point.state in STATES and point.score is None for point in scene.points):
        return []
    offsets = {name: places.pop(name) for name in ("xOffset", "yOffset") if name in places}
    return [
        {
            "transform": [ENDED_BADLY],
            "mark": {**_CROSS, **offsets},
            "encoding": {**places, "color": BAD_COLOUR, "tooltip": tooltip(scene)},
        }
    ]


def at_the_foot(scene: Scene, x: Spec) -> list[Spec]:
    """Those crosses where the picture ends below."""
    return crosses(scene, x=x, y={"value": "height"}, yOffset=-7)
