"""The backend of matplotlib, and whether it draws by itself.

The notebook's own backend is imported when the first figure is made, and begins to draw by itself then.
"""

from __future__ import annotations

import sys
from typing import Any

from cellburst.library_state.inline_figures import forget_drawing
from cellburst.library_state.registry import State

_INLINE = "module://matplotlib_inline.backend_inline"
_INLINE_MODULE = "matplotlib_inline.backend_inline"
_WITHOUT_WINDOWS = frozenset({"agg", "cairo", "pdf", "pgf", "ps", "svg", "template"})
_Backend = tuple[str, bool]  # its name, and whether it draws by itself


def _matplotlib() -> Any:
    return sys.modules["matplotlib"]


def _get_backend() -> _Backend | None:
    """None for the notebook's own; one that opens windows is the kernel's alone."""
    chosen = _matplotlib().rcParams._get_backend_or_none()
    name = chosen.lower() if isinstance(chosen, str) else ""
    return (name, _matplotlib().is_interactive()) if name in _WITHOUT_WINDOWS else None


def _set_backend(value: _Backend | None) -> None:
    now = _get_backend()
    name, draws = value or (_INLINE, _INLINE_MODULE in sys.modules)
    if (now[0] if now else _INLINE) != name:
        _matplotlib().use(name)
    if value is not None or now is not None:
        _matplotlib().interactive(draws)


def _get_drawing() -> bool | None:
    return None if _get_backend() is not None or _matplotlib().is_interactive() else False


def _set_drawing(value: bool | None) -> None:
    if _get_backend() is None:
        _matplotlib().interactive(value is None)


def _get_begun() -> bool | None:
    """Whether a figure was made, with which the backend begins to draw by itself."""
    return True if getattr(sys.modules["matplotlib.pyplot"], "_backend_mod", None) is not None else None


def _set_begun(value: bool | None) -> None:
    pyplot: Any = sys.modules["matplotlib.pyplot"]
    if value is None:
        pyplot._backend_mod = None  # so that the next figure tells
    elif _get_begun() is None and (_get_backend() is not None or _is_inline()):
        pyplot._get_backend_mod()
        forget_drawing()


def _is_inline() -> bool:
    chosen = _matplotlib().rcParams._get_backend_or_none()
    return isinstance(chosen, str) and "inline" in chosen


STATES = (
    State("matplotlib backend", "matplotlib", _get_backend, _set_backend),
    State("matplotlib drawing", _INLINE_MODULE, _get_drawing, _set_drawing),
    State("matplotlib begun", "matplotlib.pyplot", _get_begun, _set_begun),
)
