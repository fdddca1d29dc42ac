"""What there is to see: the points of a run with their scores, as plain data of a bounded size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

MOST = 5000
"""Points of a picture; of more it shows an even choice, and says so."""

_REPEATS = frozenset({"seed", "random_state", "fold", "rep", "repeat", "repetition", "replicate", "replica"})
_EVEN = 1.3  # so many times more even must the logarithms be
_DECADES = 2.0


@dataclass(frozen=True)
class Point:
    """One task: its parameters as shown, in the scene's order, and its score, if it has one."""

    task: int
    params: tuple[Any, ...]
    score: float | None
    state: str = "succeeded"


@dataclass(frozen=True)
class Scene:
    """``names`` are the parameters; ``origin`` is how tasks came about; ``total`` counts also those left out."""

    metric: str
    mode: Literal["max", "min"]
    names: tuple[str, ...]
    points: tuple[Point, ...]
    origin: str = "grid"
    title: str = ""
    total: int = 0

    @property
    def scored(self) -> list[Point]:
        """Those with a score."""
        return [point for point in self.points if point.score is not None]

    @property
    def best(self) -> Point:
        """The best of them; there is one."""
        return (max if self.mode == "max" else min)(self.scored, key=lambda point: point.score or 0.0)

    def column(self, name: str) -> list[Any]:
        """The values of one parameter."""
        place = self.names.index(name)
        return [point.params[place] for point in self.points]


def bounded(scene: Scene) -> Scene:
    """The scene with at most ``MOST`` points, the best one among them, and no score that is infinite."""
    scene = replace(scene, points=tuple(map(_finite, scene.points)))
    points = scene.points
    if len(points) <= MOST:
        return replace(scene, total=max(scene.total, len(points)))
    step = len(points) / MOST
    kept = {points[int(place * step)].task: points[int(place * step)] for place in range(MOST)}
    best = scene.best
    if best.task not in kept:
        kept.popitem()
        kept[best.task] = best
    chosen = tuple(sorted(kept.values(), key=lambda point: point.task))
    return replace(scene, points=chosen, total=max(scene.total, len(points)))


def _finite(point: Point) -> Point:
    return point if point.score is None or math.isfinite(point.score) else replace(point, score=None)


def varying(scene: Scene) -> list[str]:
    """The parameters that take several values and are no mere repetition."""
    several = [name for name in scene.names if len(distinct(scene.column(name))) > 1]
    axes = [name for name in several if name.lower() not in _REPEATS]
    return axes or several or list(scene.names[:1])


def distinct(values: Sequence[Any]) -> list[Any]:
    """The values, each once: numbers by size, others in the order in which they come."""
    found = list(dict.fromkeys((type(value) is bool, value) for value in values if value is not None))
    there = [value for _, value in found]
    return sorted(there) if is_numeric(there) else there


def is_numeric(values: Sequence[Any]) -> bool:
    """Whether there are numbers and nothing else."""
    there = [value for value in values if value is not None]
    return bool(there) and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in there)


def is_logarithmic(values: Sequence[Any]) -> bool:
    """Whether numbers lie more evenly by their magnitude: over two decades, or one if there are few steps."""
    found = distinct(values)
    if not is_numeric(found) or len(found) < 3 or found[0] <= 0 or math.log10(found[-1] / found[0]) < _DECADES / 2:
        return False
    plain, magnitudes = _unevenness(found), _unevenness([math.log(value) for value in found])
    wide = math.log10(found[-1] / found[0]) >= _DECADES
    return magnitudes * (_EVEN if wide else 2 * _EVEN) < plain


def _unevenness(values: Sequence[float]) -> float:
    """The spread of the steps between values, relative to their mean."""
    steps = [after - before for before, after in pairwise(values)]
    mean = sum(steps) / len(steps)
    return math.sqrt(sum((step - mean) ** 2 for step in steps) / len(steps)) / mean if mean else 0.0


def importance(scene: Scene, name: str) -> float:
    """The share of the scores' variance between groups of similar values (the correlation ratio), 0 to 1."""
    place = scene.names.index(name)
    pairs = [(point.params[place], point.score or 0.0) for point in scene.scored]
    mean = sum(score for _, score in pairs) / len(pairs)
    whole = sum((score - mean) ** 2 for _, score in pairs)
    groups = _groups(pairs)
    between = sum(len(group) * (sum(group) / len(group) - mean) ** 2 for group in groups)
    return between / whole if whole else 0.0


def _groups(pairs: list[tuple[Any, float]]) -> list[list[float]]:
    values = [value for value, _ in pairs]
    if is_numeric(values) and len(set(values)) > 8 and None not in values:
        ordered = sorted(pairs)
        size = max(2, math.ceil(len(ordered) / 8))
        return [[score for _, score in ordered[start : start + size]] for start in range(0, len(ordered), size)]
    found: dict[str, list[float]] = {}
    for value, score in pairs:
        found.setdefault(repr(value), []).append(score)
    return list(found.values())
