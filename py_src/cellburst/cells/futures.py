"""``from __future__ import`` lines: in a notebook they hold for the cells after them too."""

from __future__ import annotations
import __future__

import ast

from cellburst.payload.silence import no_warnings

ALL = 0
for _name in __future__.all_feature_names:
    ALL |= getattr(__future__, _name).compiler_flag


def only(flags: int) -> int:
    """The part of compiler flags (or of a code object's) that such lines set."""
    return flags & ALL


def of_source(source: str, earlier: int) -> int:
    """The flags in force after a cell: ``earlier`` ones and those that it sets itself."""
    if "__future__" not in source:
        return earlier
    try:
        with no_warnings():
            code = compile(source, "<cell>", "exec", earlier | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError):
        return earlier
    return only(code.co_flags) | earlier
