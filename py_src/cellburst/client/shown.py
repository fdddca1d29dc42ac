"""How runs and results look in a notebook: asked of the display layer, which lies above this one."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def mimebundle(shown: Any) -> dict[str, Any] | None:
    """The representations of a run or of results; None (plain repr) where there is no display layer."""
    try:
        display = import_module("cellburst.display.bundles")
    except ImportError:
        return None
    bundle: dict[str, Any] | None = display.bundle_of(shown)
    return bundle
