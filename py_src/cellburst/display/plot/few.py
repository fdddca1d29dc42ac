"""Pictures of one, two and three parameters."""

from __future__ import annotations

import math
from typing import Any

from cellburst.display.plot.choosing import is_cells
from cellburst.display.plot.parts import (
    BLUE,
    GREY,
    HEIGHT,
    SCORED,
    WIDTH,
    Spec,
    at_the_foot,
    axis,
    colour,
    crosses,
    field,
    plain,
    score,
    sort_of,
    tooltip,
)
from cellburst.display.plot.scene import Scene, distinct, is_numeric, varying

_MOST_TEXTS = 150  # cells that have their number written in them
_LINES = 8
_CLOUD = 200  # values that no line joins any more


def line(scene: Scene) -> Spec:
    """Scores over one number: a point for each task, the mean as a line, and a band around it over repetitions.

    Up to eight values of a second parameter have lines of their own.
    """
    axes = varying(scene)
    name = next((name for name in axes if is_numeric(scene.column(name))), axes[0])
    x = axis(scene, name)
    others = [other for other in axes if other != name and len(distinct(scene.column(other))) <= _LINES]
    shade: Spec = {"value": BLUE}
    if others:
        shade = {
            "field": field(scene, others[0]),
            "type": "nominal",
            "title": others[0],
            "scale": {"scheme": "tableau10"},
        }
    points = {"type": "point", "filled": True, "size": 45, "opacity": 0.75}
    layers: list[Spec] = []
    if _is_repeated(scene, [name, *others[:1]]):
        layers.append(
            {
                "transform": [SCORED],
                "mark": {"type": "errorband", "extent": "stdev", "opacity": 0.2},
                "encoding": {"x": x, "y": score(scene), "color": shade},
            }
        )
        points = {**points, "size": 20, "opacity": 0.5}
    if len(distinct(scene.column(name))) > _CLOUD:
        points = {**points, "size": 12, "opacity": 0.4}
    layers += [
        {
            "transform": [SCORED],
            "mark": {"type": "line", "strokeWidth": 1.5, "opacity": 0 if points["size"] == 12 else 1},
            "encoding": {"x": x, "y": score(scene, mean=True), "color": shade},
        },
        {
            "transform": [SCORED],
            "mark": points,
            "encoding": {"x": x, "y": score(scene), "color": shade, "tooltip": tooltip(scene, score(scene))},
        },
        *at_the_foot(scene, x),
    ]
    return {"width": WIDTH, "height": HEIGHT, "layer": layers}


def points(scene: Scene) -> Spec:
    """Scores of choices, the best on top: a point for each task, and a line at the mean of several."""
    name = next((name for name in varying(scene) if not is_numeric(scene.column(name))), varying(scene)[0])
    y = {
        "field": field(scene, name),
        "type": "nominal",
        "title": name,
        "sort": _ranked(scene, name),
        "axis": {"grid": True},
    }
    layers: list[Spec] = [
        {
            "transform": [SCORED],
            "mark": {"type": "point", "filled": True, "size": 50, "opacity": 0.75, "color": BLUE},
            "encoding": {"y": y, "x": score(scene), "tooltip": tooltip(scene, score(scene))},
        },
        *crosses(scene, y=y, x={"value": 0}, xOffset=7),
    ]
    if _is_repeated(scene, [name]):
        mean = {
            "transform": [SCORED],
            "mark": {"type": "tick", "thickness": 2, "size": 16, "color": GREY},
            "encoding": {"y": y, "x": score(scene, mean=True)},
        }
        layers.insert(1, mean)
    return {"width": WIDTH, "height": {"step": 22}, "layer": layers}


def heat(scene: Scene, axes: list[str] | None = None) -> Spec:
    """Scores as colours over two parameters: cells, or points where the values are no grid."""
    first, second = sorted(axes or _two(scene), key=lambda name: -len(distinct(scene.column(name))))[:2]
    if not is_cells(scene, [first, second]):
        return _cloud(scene, first, second)
    x, y = axis(scene, first, cells=True), axis(scene, second, cells=True)
    many = len(distinct(scene.column(first))) * len(distinct(scene.column(second)))
    x = {**x, "axis": {"labelAngle": 0 if is_numeric(scene.column(first)) and many < _MOST_TEXTS else -40}}
    tips = [{"field": found["field"], "title": found["title"]} for found in (x, y)]
    average = {**score(scene, mean=True), "format": ".5~g"}
    tips += [average, {"aggregate": "count", "title": "tasks"}]
    cells: list[Spec] = [
        {
            "transform": [SCORED],
            "mark": {"type": "rect"},
            "encoding": {"x": x, "y": y, "color": colour(scene), "tooltip": tips},
        },
        *crosses(scene, x=x, y=y),
    ]
    return {
        "width": _cells_width(scene, first),
        "height": _cells_height(scene, second),
        "layer": cells,
    }


def facets(scene: Scene) -> Spec:
    """Heat maps side by side, for each value of the parameter with the fewest values."""
    by, *others = sorted(varying(scene)[:3], key=lambda name: len(distinct(scene.column(name))))
    inner = heat(scene, others)
    inner = {**inner, "width": min(inner["width"], 220), "height": min(inner["height"], 220)}
    column = scene.column(by)
    return {
        "facet": {"field": field(scene, by), "type": "ordinal", "title": by, "sort": sort_of(column)},
        "columns": min(3, len(distinct(column))),
        "spec": {key: inner[key] for key in ("width", "height", "layer")},
    }


def _cloud(scene: Scene, first: str, second: str) -> Spec:
    x, y = axis(scene, first), axis(scene, second)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "layer": [
            {
                "transform": [SCORED],
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 0.9},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": colour(scene, mean=False),
                    "tooltip": tooltip(scene, score(scene)),
                },
            },
            *crosses(scene, x=x, y=y),
        ],
    }


def _two(scene: Scene) -> list[str]:
    axes = varying(scene)
    return [*axes, *(name for name in scene.names if name not in axes)][:2]


def _cells_width(scene: Scene, name: str) -> int:
    return min(WIDTH, 48 * len(distinct(scene.column(name))))


def _cells_height(scene: Scene, name: str) -> int:
    return min(360, 36 * len(distinct(scene.column(name))))


def _ranked(scene: Scene, name: str) -> list[Any]:
    """The values of a parameter, the best first; those without a score last."""
    place = scene.names.index(name)
    groups: dict[Any, list[float]] = {plain(value): [] for value in scene.column(name)}
    for point in scene.scored:
        groups[plain(point.params[place])].append(point.score or 0.0)
    sign = -1 if scene.mode == "max" else 1
    means = {value: sign * sum(scores) / len(scores) for value, scores in groups.items() if scores}
    return sorted(groups, key=lambda value: means.get(value, math.inf))


def _is_repeated(scene: Scene, names: list[str]) -> bool:
    places = [scene.names.index(name) for name in names]
    there = [tuple(repr(point.params[place]) for place in places) for point in scene.scored]
    return len(set(there)) < len(there)
