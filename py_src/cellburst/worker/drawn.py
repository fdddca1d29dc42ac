"""Values that look otherwise once the figures of their cell are drawn, which a notebook does after showing them."""

from __future__ import annotations

import sys
from typing import Any

from cellburst.worker.bundle import bundle_record
from cellburst.worker.shell import ShellHost

_DEEPEST = 2
_MOST = 1000  # members of a container that are looked at


def shown_before_drawing(value: Any, shell: ShellHost) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """How the value looks now; None if drawing does not change that. Raises what showing it raises."""
    helpers: Any = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None or not helpers.Gcf.figs or not _has_artists(value):
        return None
    record = bundle_record("execute_result", *shell.format(value))
    return record["data"], record["metadata"]


def _has_artists(value: Any, depth: int = 0) -> bool:
    """Whether a part of a figure is in it; a figure itself is a picture, which the kernel draws."""
    artist: Any = sys.modules["matplotlib.artist"].Artist
    if isinstance(value, artist):
        return not hasattr(type(value), "savefig")
    if depth >= _DEEPEST or type(value) not in (list, tuple, dict):
        return False
    members = list(value.values()) if type(value) is dict else list(value)
    return any(_has_artists(member, depth + 1) for member in members[:_MOST])
