"""``from __future__ import`` lines: in a notebook they hold for the cells after them too."""

from __future__ import annotations
import __future__

ALL = 0
for _name in __future__.all_feature_names:
    ALL |= getattr(__future__, _name).compiler_flag


def only(flags: int) -> int:
    """The part of compiler flags (or of a code object's) that such lines set."""
    return flags & ALL
