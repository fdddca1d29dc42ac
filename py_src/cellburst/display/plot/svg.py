"""The plain picture: points, cells or bars as SVG, for places that know no Vega-Lite."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from typing import Any

from cellburst.display.formatting import clean
from cellburst.display.plot.parts import AMBER, BLUE, GREY, RED, said
from cellburst.display.plot.scene import Scene, distinct, importance, is_logarithmic, is_numeric, varying

_WIDTH, _HEIGHT = 560, 340
_LEFT, _TOP, _RIGHT, _BOTTOM = 80, 40, 20, 46
_LOW, _HIGH = (68, 1, 84), (253, 231, 37)  # the ends of viridis, with its middle
_MIDDLE = (33, 145, 140)
_BARS = 30
_MOST = 1000
Place = Callable[[Any], float]


def drawn(scene: Scene, kind: str, title: str) -> str:
    """The picture as a text that is safe to be put into a page."""
    if kind == "histogram":
        body = _bars(scene)
    elif kind in ("heat", "facets") and len(varying(scene)) > 1:
        body = _cells(scene)
    else:
        body = _points(scene, kind)
    head = _text(_LEFT, 20, title, anchor="start", size=13)
    head += _text(_WIDTH - _RIGHT, _TOP - 6, "; ".join(said(scene)), anchor="end")
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">{head}{"".join(body)}</svg>'


def _points(scene: Scene, kind: str) -> list[str]:
    scores = [point.score or 0.0 for point in scene.scored]
    y, y_ticks = _scale(scores, _HEIGHT - _BOTTOM, _TOP, log=False)
    if kind == "history":
        name, values = "trial", {point.task: point.task for point in scene.points}
    else:
        name = max(varying(scene), key=lambda name: importance(scene, name))
        values = dict(zip((point.task for point in scene.points), scene.column(name), strict=True))
    x, x_ticks = _scale(list(values.values()), _LEFT, _WIDTH - _RIGHT, log=is_logarithmic(list(values.values())))
    found = _frame(x_ticks, y_ticks, name, scene.metric)
    foot = _HEIGHT - _BOTTOM - 6
    drawn_tasks = {point.task for point in scene.scored}
    for point in scene.points[:: math.ceil(len(scene.points) / _MOST)]:
        value = values[point.task]
        if value is None:
            continue
        if point.task in drawn_tasks:
            shade = AMBER if point.state == "pruned" else BLUE
            found.append(f'<circle cx="{x(value):.1f}" cy="{y(point.score):.1f}" r="3" fill="{shade}" opacity="0.7"/>')
        elif point.state in ("failed", "unknown"):
            found.append(_text(x(value), foot, "\N{MULTIPLICATION SIGN}", fill=RED))
    return found


def _cells(scene: Scene) -> list[str]:
    ranked = sorted(varying(scene), key=lambda name: -importance(scene, name))[:2]
    first, second = ranked
    groups: dict[tuple[str, str], list[float]] = {}
    places = [scene.names.index(name) for name in ranked]
    for point in scene.scored:
        key = repr(point.params[places[0]]), repr(point.params[places[1]])
        groups.setdefault(key, []).append(point.score or 0.0)
    means = {key: sum(values) / len(values) for key, values in groups.items()}
    columns, rows = distinct(scene.column(first)), distinct(scene.column(second))
    x, x_ticks = _ordinal(columns, _LEFT, _WIDTH - _RIGHT)
    y, y_ticks = _ordinal(rows, _HEIGHT - _BOTTOM, _TOP)
    wide, high = (_WIDTH - _RIGHT - _LEFT) / len(columns), (_HEIGHT - _BOTTOM - _TOP) / len(rows)
    low, top = min(means.values()), max(means.values())
    found = _frame(x_ticks, y_ticks, first, second)
    for one in columns:
        for other in rows:
            if (mean := means.get((repr(one), repr(other)))) is not None:
                share = (mean - low) / (top - low) if top > low else 1.0
                shade = _viridis(1 - share if scene.mode == "min" else share)
                box = (
                    f'x="{x(one) - wide / 2:.1f}" y="{y(other) - high / 2:.1f}" width="{wide:.1f}" height="{high:.1f}"'
                )
                found.append(f'<rect {box} fill="{shade}"><title>{mean:.6g}</title></rect>')
    return found


def _bars(scene: Scene) -> list[str]:
    scores = [point.score or 0.0 for point in scene.scored]
    low, high = min(scores), max(scores)
    width = (high - low) / _BARS or 1.0
    counts = [0] * _BARS
    for value in scores:
        counts[min(_BARS - 1, int((value - low) / width))] += 1
    x, x_ticks = _scale([low, high], _LEFT, _WIDTH - _RIGHT, log=False)
    y, y_ticks = _scale([0, max(counts)], _HEIGHT - _BOTTOM, _TOP, log=False)
    found = _frame(x_ticks, y_ticks, scene.metric, "tasks")
    across = (_WIDTH - _RIGHT - _LEFT) / _BARS
    for place, count in enumerate(counts):
        if count:
            box = _box(_LEFT + place * across, y(count), across - 1, y(0) - y(count))
            found.append(f'<rect {box} fill="{BLUE}" opacity="0.7"/>')
    mean = sum(scores) / len(scores)
    found.append(f'<line x1="{x(mean):.1f}" x2="{x(mean):.1f}" y1="{_TOP}" y2="{y(0):.1f}" stroke="{AMBER}"/>')
    return found


def _scale(values: Sequence[Any], start: float, stop: float, *, log: bool) -> tuple[Place, list[tuple[float, str]]]:
    there = distinct(values)
    if not is_numeric(there):
        return _ordinal(there, start, stop)
    low, high = float(there[0]), float(there[-1])
    if not log:
        margin = (high - low) * 0.04 or abs(high) * 0.1 or 1.0
        low, high = low - margin, high + margin

    def place(value: Any) -> float:
        share = math.log(value / low) / math.log(high / low) if log else (value - low) / (high - low)
        return start + share * (stop - start)

    return place, [(place(value), f"{value:.4g}") for value in (_decades(low, high) if log else _round(low, high))]


def _decades(low: float, high: float) -> list[float]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    step = max(1, math.ceil((last - first + 1) / 7))
    return [10.0**power for power in range(first, last + 1, step)]


def _round(low: float, high: float) -> list[float]:
    """Four to eight multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / 5
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    return [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _ordinal(values: Sequence[Any], start: float, stop: float) -> tuple[Place, list[tuple[float, str]]]:
    step = (stop - start) / max(1, len(values))
    at = {repr(value): start + step * (number + 0.5) for number, value in enumerate(values)}
    every = max(1, math.ceil(len(values) / 12))
    ticks = [(at[repr(value)], _short(value)) for value in list(values)[::every]]
    return (lambda value: at.get(repr(value), start)), ticks


def _frame(x_ticks: list[tuple[float, str]], y_ticks: list[tuple[float, str]], across: str, up: str) -> list[str]:
    floor = _HEIGHT - _BOTTOM
    box = _box(_LEFT, _TOP, _WIDTH - _RIGHT - _LEFT, floor - _TOP)
    found = [f'<rect {box} fill="none" stroke="{GREY}" stroke-opacity="0.4"/>']
    found += [_text(place, floor + 15, text) for place, text in x_ticks]
    found += [_text(_LEFT - 6, place + 4, text, anchor="end") for place, text in y_ticks]
    found.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 8, across))
    found.append(_text(_LEFT, _TOP - 6, up, anchor="start"))
    return found


def _text(x: float, y: float, text: str, *, anchor: str = "middle", size: int = 11, fill: str = GREY) -> str:
    said = html.escape(clean(text), quote=True)
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{fill}">{said}</text>'


def _box(x: float, y: float, width: float, height: float) -> str:
    return f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'


def _viridis(share: float) -> str:
    start, stop = (_LOW, _MIDDLE) if share < 0.5 else (_MIDDLE, _HIGH)
    part = share * 2 - (share >= 0.5)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(start, stop, strict=True))


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)[:12]
