"""How a warning is shown, where the notebook has replaced the functions that do it."""

from __future__ import annotations

import sys
import warnings
from typing import Any

from cellburst.library_state.registry import State

_SHOW: Any = getattr(warnings, "_showwarning_orig", warnings.showwarning)
_FORMAT: Any = getattr(warnings, "_formatwarning_orig", warnings.formatwarning)


def _get() -> tuple[Any, Any] | None:
    logging: Any = sys.modules.get("logging")
    show, layout = warnings.showwarning, warnings.formatwarning
    if logging is not None and show is logging._showwarning:  # since captureWarnings; the state of logging has that
        show = logging._warnings_showwarning
    if show is _SHOW and layout is _FORMAT:
        return None
    return None if show is _SHOW else show, None if layout is _FORMAT else layout


def _set(value: tuple[Any, Any] | None) -> None:
    show, layout = value or (None, None)
    logging: Any = sys.modules.get("logging")
    if logging is not None and warnings.showwarning is logging._showwarning:
        logging._warnings_showwarning = show or _SHOW
    else:
        warnings.showwarning = show or _SHOW
    warnings.formatwarning = layout or _FORMAT


STATES = (State("warnings display", "", _get, _set, holds=True, calls=True),)
