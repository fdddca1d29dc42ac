"""Loading what a process needs to begin with in less time."""

from __future__ import annotations

import sys


def load_msgspec() -> None:
    """Load it without typing_extensions, which it asks for, does not need, and which takes half the time (25 ms)."""
    name = "typing_extensions"
    if name not in sys.modules and sys.version_info >= (3, 11):
        sys.modules[name] = None  # type: ignore[assignment]
        try:
            import msgspec  # noqa: F401
        finally:
            del sys.modules[name]
