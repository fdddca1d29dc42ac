"""Whether anything outside an object refers to something in it, which would be left behind by a new content."""

from __future__ import annotations

import gc
import sys
from itertools import islice
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

_MOST = 300_000  # objects looked at; with more, it is taken for granted
_ELSEWHERE = (type, ModuleType, FunctionType, BuiltinFunctionType, CodeType)  # referred to from everywhere
_OUR_OWN = 3  # references: of a list here, of a variable here, and of the call that counts


def refer_into(obj: Any, kept: Any) -> bool:
    """Whether something else refers to an object below ``obj`` that is not also below ``kept``."""
    below, counts = _below(obj)
    if len(below) > _MOST:
        return True
    remaining = {id(part) for part in _below(kept)[0]}
    for part in islice(below, 1, None):  # a loop, because a generator would refer to each part once more
        if id(part) not in remaining and sys.getrefcount(part) - _OUR_OWN > counts[id(part)]:
            return True
    return False


def _below(obj: Any) -> tuple[list[Any], dict[int, int]]:
    """All objects below one, itself first, and how often they refer to each other."""
    found = [obj]
    counts = {id(obj): 0}
    for part in found:  # grows while it is read
        if len(found) > _MOST:
            break
        for inner in gc.get_referents(part):
            if not gc.is_tracked(inner) or isinstance(inner, _ELSEWHERE):
                continue
            if id(inner) not in counts:
                counts[id(inner)] = 0
                found.append(inner)
            counts[id(inner)] += 1
    return found, counts
