"""The last error of the kernel, for cells that ask ``sys`` for it."""

from __future__ import annotations

import sys
from typing import Any

NAMES = ("last_type", "last_value", "last_exc")


def get() -> dict[str, Any] | None:
    """What there is of it but its traceback."""
    return {name: getattr(sys, name) for name in NAMES if hasattr(sys, name)} or None


def set_(value: dict[str, Any] | None) -> None:
    """Make ``sys`` have this, and nothing else of it."""
    for name in NAMES:
        if value and name in value:
            setattr(sys, name, value[name])
        elif hasattr(sys, name):
            delattr(sys, name)
