"""What numpy remembers: print options and the handling of floating-point errors."""

from __future__ import annotations

import sys
from typing import Any

from cellburst.library_state.registry import State

_PRINT: dict[str, Any] = {
    "edgeitems": 3, "threshold": 1000, "floatmode": "maxprec", "precision": 8, "suppress": False, "linewidth": 75,
    "nanstr": "nan", "infstr": "inf", "sign": "-", "formatter": None, "legacy": False, "override_repr": None,
}  # fmt: skip
_ERRORS = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
_BUFFER = 8192


def _numpy() -> Any:
    return sys.modules["numpy"]


def _get_print() -> dict[str, Any] | None:
    now = _numpy().get_printoptions()
    return {name: value for name, value in now.items() if _PRINT.get(name) != value} or None


def _set_print(value: dict[str, Any] | None) -> None:
    numpy = _numpy()
    known = numpy.get_printoptions()
    wanted = {name: default for name, default in _PRINT.items() if name in known} | (value or {})
    if wanted != known:
        numpy.set_printoptions(**wanted)


def _get_errors() -> tuple[dict[str, str], Any, int] | None:
    numpy = _numpy()
    now = numpy.geterr(), numpy.geterrcall(), numpy.getbufsize()
    return None if now == (_ERRORS, None, _BUFFER) else now


def _set_errors(value: tuple[dict[str, str], Any, int] | None) -> None:
    numpy = _numpy()
    errors, call, buffer = value or (_ERRORS, None, _BUFFER)
    numpy.seterrcall(call)
    numpy.seterr(**errors)
    if numpy.getbufsize() != buffer:
        numpy.setbufsize(buffer)


STATES = (
    State("numpy print options", "numpy", _get_print, _set_print, holds=True, calls=True),
    State("numpy error handling", "numpy", _get_errors, _set_errors, holds=True, calls=True),
)
