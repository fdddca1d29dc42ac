"""Which kind of picture suits a scene."""

from __future__ import annotations

from cellburst.display.plot.scene import Scene, distinct, is_numeric, varying
from cellburst.errors import UsageError

KINDS = ("line", "points", "heat", "facets", "multiples", "parallel", "history", "histogram")
_CELLS = 40  # values of an axis of a heat map
_FACETS = 12


def choose(scene: Scene, kind: str | None = None) -> str:
    """``kind`` if it can be drawn, or the one that suits. Raises UsageError for another, and for one that cannot."""
    if kind is not None:
        _check(scene, kind)
        return kind
    if scene.origin in ("search",):
        return "history"
    if not scene.names:
        return "histogram"
    axes = varying(scene)
    if len(axes) == 1:
        return "line" if is_numeric(scene.column(axes[0])) else "points"
    if len(axes) == 2:
        return "heat" if _is_grid(scene, axes) or _is_scatter(scene, axes) else "multiples"
    if len(axes) == 3:
        rows, *others = sorted(axes, key=lambda name: len(distinct(scene.column(name))))
        few = 1 < len(distinct(scene.column(rows))) <= _FACETS
        return "facets" if few and _is_grid(scene, others, times=_FACETS) else "multiples"
    return "multiples"


def _check(scene: Scene, kind: str) -> None:
    if kind not in KINDS:
        raise UsageError(f"there is no kind {kind!r} of picture; there are: {', '.join(KINDS)}")
    least = {"line": 1, "points": 1, "heat": 2, "facets": 3, "multiples": 1, "parallel": 2}.get(kind, 0)
    if len(scene.names) < least:
        has = f"{len(scene.names)} of them" if scene.names else "none"
        raise UsageError(f"a picture of kind {kind!r} needs {least} parameters, and the run has {has}")


def is_cells(scene: Scene, axes: list[str]) -> bool:
    """Whether two parameters are best drawn as cells: they have few values, or are no numbers."""
    return _is_grid(scene, axes)


def _is_grid(scene: Scene, axes: list[str], times: int = 1) -> bool:
    sizes = [len(distinct(scene.column(name))) for name in axes]
    small = all(size <= _CELLS for size in sizes)
    return small and sizes[0] * sizes[1] <= max(4, 3 * len(scene.points) * times)


def _is_scatter(scene: Scene, axes: list[str]) -> bool:
    return all(is_numeric(scene.column(name)) for name in axes)
