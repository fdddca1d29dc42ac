"""Pictures of many parameters."""

from __future__ import annotations

import math
from typing import Any

from cellburst.display.plot.parts import BLUE, GREY, HEIGHT, SCORED, Spec, axis, colour, score, tooltip
from cellburst.display.plot.scene import Scene, distinct, importance, is_logarithmic, is_numeric, varying

_PANELS = 12
_LINES = 1000
_STEP = 110


def multiples(scene: Scene) -> Spec:
    """The scores over each parameter in a panel of its own, the one that tells most first."""
    ranked = sorted(((importance(scene, name), name) for name in varying(scene)), key=lambda pair: -pair[0])
    return {"concat": [_panel(scene, name, share) for share, name in ranked[:_PANELS]], "columns": 3, "spacing": 24}


def _panel(scene: Scene, name: str, share: float) -> Spec:
    numeric = is_numeric(scene.column(name))
    x = axis(scene, name)
    if not numeric:
        x = {**x, "axis": {"labelAngle": 0 if _fits(scene.column(name)) else -40}}
    marks: list[Spec] = [
        {
            "transform": [SCORED],
            "mark": {"type": "point", "filled": True, "size": 25, "opacity": 0.55, "color": BLUE},
            "encoding": {"x": x, "y": score(scene), "tooltip": tooltip(scene, score(scene))},
        }
    ]
    if not numeric or len(distinct(scene.column(name))) <= 20:
        mean: Spec = {"type": "line", "color": GREY} if numeric else {"type": "tick", "color": GREY, "thickness": 2}
        marks.append({"transform": [SCORED], "mark": mean, "encoding": {"x": x, "y": score(scene, mean=True)}})
    title = {"text": f"{name}: {share:.0%} of the variance", "fontSize": 11, "fontWeight": "normal", "anchor": "start"}
    return {"width": 190, "height": 150, "title": title, "layer": marks}


def parallel(scene: Scene) -> Spec:
    """A line for each task through all its parameters to its score, coloured by it."""
    names = [*varying(scene), scene.metric]
    rows: list[Spec] = []
    ticks: list[Spec] = []
    columns = [*(scene.column(name) for name in names[:-1]), [point.score for point in scene.points]]
    for number, (name, column) in enumerate(zip(names, columns, strict=True)):
        places, marks = _places(column)
        label = name if name not in names[:number] else f"{name} "
        ticks += [{"axis": label, "at": at, "text": text} for at, text in marks]
        rows += [
            {"axis": label, "at": place, "task": point.task, "score": point.score, "text": _short(value)}
            for point, place, value in list(zip(scene.points, places, column, strict=True))
            if place is not None and point.score is not None
        ]
    kept = set(sorted({row["task"] for row in rows})[:: max(1, math.ceil(len(scene.scored) / _LINES))])
    x: Spec = {
        "field": "axis",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelAngle": 0, "orient": "top"},
    }
    y: Spec = {"field": "at", "type": "quantitative", "axis": None, "scale": {"domain": [0, 1]}}
    tips = [{"field": "task"}, {"field": "axis", "title": "parameter"}, {"field": "text", "title": "value"}]
    return {
        "width": _STEP * len(names),
        "height": HEIGHT,
        "data": {"values": [row for row in rows if row["task"] in kept]},
        "layer": [
            {"mark": {"type": "rule", "color": GREY, "opacity": 0.6}, "encoding": {"x": x}},
            {
                "mark": {"type": "line", "opacity": 0.45, "strokeWidth": 1.3},
                "encoding": {"x": x, "y": y, "detail": {"field": "task"}, "color": colour(scene, mean=False)},
            },
            {
                "mark": {"type": "point", "opacity": 0},
                "encoding": {"x": x, "y": y, "tooltip": [*tips, {"field": "score", "title": scene.metric}]},
            },
            {
                "data": {"values": ticks},
                "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 10, "color": GREY},
                "encoding": {"x": x, "y": y, "text": {"field": "text"}},
            },
        ],
    }


def _places(column: list[Any]) -> tuple[list[float | None], list[tuple[float, str]]]:
    """Where values lie on an axis from 0 to 1, and what is written beside it."""
    there = distinct(column)
    if not is_numeric(there):
        last = max(1, len(there) - 1)
        at = {repr(value): place / last for place, value in enumerate(there)}
        return [at.get(repr(value)) for value in column], [(at[repr(value)], _short(value)) for value in there[:12]]
    log = is_logarithmic(there)
    low, high = there[0], there[-1]

    def place(value: float | None) -> float | None:
        if value is None or not math.isfinite(value):
            return None
        if low == high:
            return 0.5
        return math.log(value / low) / math.log(high / low) if log else (value - low) / (high - low)

    return [place(value) for value in column], [(0.0, _short(low)), (1.0, _short(high))]


def _fits(column: list[Any]) -> bool:
    """Whether all values can be written side by side below a panel."""
    return sum(len(str(value)) + 2 for value in distinct(column)) <= 30


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)[:24]
