"""Figures that were drawn on a worker leave this kernel as one that has drawn them."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any

from cellburst.library_state.inline_figures import forget_drawing

_INLINE = "matplotlib_inline.backend_inline"


class Figures:
    """What of a cell's output and value is a figure."""

    def __init__(self) -> None:
        self._seen = False

    def note(self, record: dict[str, Any]) -> None:
        """A display of the cell."""
        text = (record.get("data") or {}).get("text/plain")
        self._seen = self._seen or (isinstance(text, str) and text.startswith("<Figure size"))

    def settle(self, value: object) -> None:
        """The cell has ended with ``value``: what came back of its figures has been drawn.

        With its first figure matplotlib chooses its backend, and the inline one teaches the shell to show figures.
        """
        seen, self._seen = self._seen, False
        forget_drawing()
        is_figure = type(value).__module__.partition(".")[0] == "matplotlib"
        if not (seen or is_figure) or _INLINE in sys.modules or "inline" not in os.environ.get("MPLBACKEND", ""):
            return
        with suppress(Exception):  # the kernel can do without; a figure is then shown as text
            import matplotlib.pyplot

            plt: Any = matplotlib.pyplot
            plt._get_backend_mod()
            forget_drawing()


figures = Figures()
"""Those of the cell that is waited for."""
