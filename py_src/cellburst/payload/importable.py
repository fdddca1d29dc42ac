"""Telling quickly what the other side can import by its name, as most functions and classes can be."""

from __future__ import annotations

import sys
from typing import Any

from cloudpickle.cloudpickle import _PICKLE_BY_VALUE_MODULES  # type: ignore[import-untyped]


def is_importable(obj: Any) -> bool:
    """Whether a function or class certainly is what an import of its module, and its name there, will give.

    False where that takes a closer look: names inside of others, modules made by hand.
    """
    home = obj.__module__
    if home == "__main__" or _PICKLE_BY_VALUE_MODULES:
        return False
    module = sys.modules.get(home)
    if module is None:
        return False
    variables = module.__dict__
    return variables.get(obj.__qualname__) is obj and variables.get("__spec__") is not None
