"""Figures: what they say of themselves when they are pickled, with the resolution that the notebook has set."""

from __future__ import annotations

import copyreg
import functools
import sys
from typing import Any


@functools.lru_cache(256)
def is_figure(kind: Any) -> bool:
    """Whether instances are matplotlib's figures."""
    base = getattr(sys.modules.get("matplotlib.figure"), "Figure", None)
    return base is not None and issubclass(kind, base)


def reduce_figure(figure: Any, _: Any) -> Any:
    """As matplotlib does it, but for the resolution."""
    return copyreg.__newobj__, (type(figure),), state_of(figure), None, None, set_state  # type: ignore[attr-defined]


def state_of(figure: Any) -> tuple[dict[str, Any], float | None]:
    """matplotlib's state of it, and the resolution in dots per inch; None for that of a screen with a scale."""
    ratio = getattr(figure.canvas, "device_pixel_ratio", 1)
    return figure.__getstate__(), figure.dpi if ratio == 1 else None


def set_state(figure: Any, state: tuple[dict[str, Any], float | None]) -> None:
    """Give a figure what ``state_of`` took from one: matplotlib itself goes back to its first resolution."""
    own, dpi = state
    figure.__setstate__(own)
    if dpi is not None and figure.dpi != dpi:
        figure._set_dpi(dpi, forward=False)
