"""How runs and results look in a notebook: asked of the display layer, which lies above this one."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any


def plot(facts: dict[str, Any], points: Sequence[tuple[Any, ...]], kind: str | None) -> Any:
    """A picture of scores: ``facts`` and ``points`` are the fields of a scene and of its points.

    Raises UsageError for a kind that there is not, or that does not fit.
    """
    picture, scene = import_module("cellburst.display.plot.picture"), import_module("cellburst.display.plot.scene")
    return picture.Plot(scene.Scene(points=tuple(scene.Point(*point) for point in points), **facts), kind)


def duration(seconds: float) -> str:
    """A time, as everywhere."""
    text: str = import_module("cellburst.display.formatting").format_duration(seconds)
    return text


def mimebundle(shown: Any) -> dict[str, Any] | None:
    """The representations of a run or of results; None (plain repr) where there is no display layer."""
    try:
        display = import_module("cellburst.display.bundles")
    except ImportError:
        return None
    bundle: dict[str, Any] | None = display.bundle_of(shown)
    return bundle
