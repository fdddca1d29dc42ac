"""The locale, as ``locale.setlocale`` has set it."""

from __future__ import annotations

import sys
from typing import Any

from cellburst.library_state.registry import State

_CATEGORIES = ("LC_COLLATE", "LC_TIME", "LC_MONETARY", "LC_NUMERIC", "LC_MESSAGES")


def _get() -> str | None:
    """All categories, also those that Python has no name for, as the system spells them together."""
    locale: Any = sys.modules["locale"]
    if _is_utf8(locale.setlocale(locale.LC_CTYPE)) and all(
        locale.setlocale(getattr(locale, name)) == "C" for name in _CATEGORIES if hasattr(locale, name)
    ):
        return None  # LC_CTYPE is set by Python itself when it starts
    found: str = locale.setlocale(locale.LC_ALL)
    return found


def _set(value: str | None) -> None:
    locale: Any = sys.modules["locale"]
    if value is not None:
        locale.setlocale(locale.LC_ALL, value)
    elif _get() is not None:
        locale.setlocale(locale.LC_ALL, "C")
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")


def _is_utf8(name: str) -> bool:
    return name.lower().replace("-", "").endswith("utf8")


STATES = (State("locale", "locale", _get, _set),)
