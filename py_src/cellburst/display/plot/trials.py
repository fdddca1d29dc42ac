"""Pictures of searches and of Monte Carlo copies: what came of one trial after the other."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cellburst.display.plot.parts import AMBER, BLUE, GREY, HEIGHT, SCORED, WIDTH, Spec, at_the_foot, score, tooltip
from cellburst.display.plot.scene import Scene


def history(scene: Scene) -> Spec:
    """The score of each trial, and the best so far as steps."""
    x: Spec = {"field": "task", "type": "quantitative", "title": "trial", "scale": {"nice": False}}
    y = score(scene)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "layer": [
            {
                "transform": [SCORED],
                "mark": {"type": "point", "filled": True, "size": 30, "opacity": 0.6},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": {
                        "condition": {"test": "datum.state === 'pruned'", "value": AMBER},
                        "value": BLUE,
                    },
                    "tooltip": tooltip(scene, y),
                },
            },
            {
                "data": {"values": _best_so_far(scene)},
                "mark": {"type": "line", "interpolate": "step-after", "color": GREY, "strokeWidth": 1.5},
                "encoding": {"x": x, "y": {**y, "field": "best"}},
            },
            *at_the_foot(scene, x),
        ],
    }


def _best_so_far(scene: Scene) -> list[Spec]:
    better = max if scene.mode == "max" else min
    found: list[Spec] = []
    best: float | None = None
    for point in scene.scored:
        if point.state == "succeeded" and point.score is not None:
            best = point.score if best is None else better(best, point.score)
            found.append({"task": point.task, "best": best})
    return found


@dataclass(frozen=True)
class Estimate:
    """A mean of so many numbers, and its standard error."""

    count: int
    mean: float
    error: float

    @property
    def text(self) -> str:
        """ "mean 3.142 ± 0.002 (200 tasks)": as many digits as the error tells."""
        digits = 4 if not self.error else max(0, min(12, 1 - math.floor(math.log10(self.error))))
        plural = "" if self.count == 1 else "s"
        return f"mean {self.mean:.{digits}f} ± {self.error:.{digits}f} ({self.count:,} task{plural})"


def estimates(scene: Scene) -> list[Estimate]:
    """The mean after each task, with its standard error (Welford's recurrence)."""
    found: list[Estimate] = []
    mean = squares = 0.0
    for count, point in enumerate(scene.scored, start=1):
        value = point.score or 0.0
        step = value - mean
        mean += step / count
        squares += step * (value - mean)
        error = math.sqrt(squares / (count - 1) / count) if count > 1 else 0.0
        found.append(Estimate(count, mean, error))
    return found


def histogram(scene: Scene) -> Spec:
    """How the scores are distributed, with mean and standard error; and how the mean has settled."""
    path = estimates(scene)
    last = path[-1]
    mean = [{"mean": last.mean, "low": last.mean - last.error, "high": last.mean + last.error}]
    on_x: Spec = {"type": "quantitative", "title": scene.metric, "scale": {"zero": False}}
    bars: Spec = {
        "width": 300,
        "height": 240,
        "title": {"text": last.text, "fontSize": 11, "anchor": "start"},
        "layer": [
            {
                "transform": [SCORED],
                "mark": {"type": "bar", "color": BLUE, "opacity": 0.6},
                "encoding": {
                    "x": {**score(scene), "bin": {"maxbins": 40}},
                    "y": {"aggregate": "count", "type": "quantitative", "title": "tasks"},
                    "tooltip": [{**score(scene), "bin": {"maxbins": 40}}, {"aggregate": "count", "title": "tasks"}],
                },
            },
            {
                "data": {"values": mean},
                "mark": {"type": "rect", "color": AMBER, "opacity": 0.35},
                "encoding": {"x": {**on_x, "field": "low"}, "x2": {"field": "high"}},
            },
            {
                "data": {"values": mean},
                "mark": {"type": "rule", "color": AMBER, "strokeWidth": 2},
                "encoding": {"x": {**on_x, "field": "mean"}},
            },
        ],
    }
    return {"hconcat": [bars, _settling(scene, path)], "spacing": 30}


def _settling(scene: Scene, path: list[Estimate]) -> Spec:
    rows = [
        {"tasks": one.count, "mean": one.mean, "low": one.mean - one.error, "high": one.mean + one.error}
        for one in path[:: max(1, len(path) // 500)]
    ]
    x: Spec = {"field": "tasks", "type": "quantitative", "title": "tasks", "scale": {"nice": False, "zero": False}}
    y: Spec = {"type": "quantitative", "title": f"mean of {scene.metric} ± its error", "scale": {"zero": False}}
    return {
        "width": 300,
        "height": 240,
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "area", "color": AMBER, "opacity": 0.25},
                "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "color": AMBER, "strokeWidth": 1.5},
                "encoding": {"x": x, "y": {**y, "field": "mean"}},
            },
        ],
    }
