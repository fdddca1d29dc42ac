"""Figures that the inline backend is to draw at the end of a cell."""

from __future__ import annotations

import sys
from typing import Any


def forget_drawing() -> None:
    """Nothing was drawn yet: what came from another process was drawn there."""
    backend: Any = sys.modules.get("matplotlib_inline.backend_inline")
    if backend is not None:
        backend.show._to_draw = []
        backend.show._draw_called = False
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    draw: Any = getattr(pyplot, "draw_if_interactive", None)
    if hasattr(draw, "called"):  # what %run asks
        draw.called = False
