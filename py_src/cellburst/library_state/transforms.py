"""Matplotlib's transforms, which remember what they have computed until what they depend on changes."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

_EVERYTHING = 2  # of what matplotlib calls invalid


def compute_again(changed: Iterable[Any]) -> None:
    """Nothing that depends on one of these goes on with what it has computed.

    Each of them was given the content of one in another process, where other things had been computed already.
    """
    transforms: Any = sys.modules.get("matplotlib.transforms")
    if transforms is None:
        return
    waiting = [one for one in changed if isinstance(one, transforms.TransformNode)]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            node._invalid = _EVERYTHING
            waiting += [parent for parent in (found() for found in node._parents.values()) if parent is not None]
