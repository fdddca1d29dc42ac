"""Parts of IPython's shell in variables: each side has its own, so they are named and not sent."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

_PARTS = ("display_formatter", "display_pub", "displayhook", "history_manager", "magics_manager", "prefilter_manager")
_PROGRAMS = ("IPython.", "ipykernel.")


def reducer_of(kind: type) -> Callable[[Any, Any], Any] | None:
    """For the types of which a shell has parts."""
    is_configurable = any(base.__name__ == "Configurable" for base in kind.__mro__)
    return _reduce if is_configurable and kind.__module__.startswith(_PROGRAMS) else None


def part(name: str) -> Any:
    """This process's part of the shell. Raises LookupError where there is no shell."""
    shell = _shell()
    if shell is None:
        raise LookupError("there is no IPython here")
    return getattr(shell, name)


def formatter(mime: str) -> Any:
    """This process's formatter of such values. Raises LookupError."""
    return part("display_formatter").formatters[mime]


def _reduce(obj: Any, _: Any) -> Any:
    shell = _shell()
    if shell is None:
        return NotImplemented
    for name in _PARTS:
        if getattr(shell, name, None) is obj:
            return part, (name,)
    for mime, one in shell.display_formatter.formatters.items():
        if one is obj:
            return formatter, (mime,)
    return NotImplemented


def _shell() -> Any:
    module = sys.modules.get("IPython.core.getipython")
    return None if module is None else module.get_ipython()
