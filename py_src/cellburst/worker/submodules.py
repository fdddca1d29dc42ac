"""Submodules that a cell has imported: a package that comes back does not bring them, so they are named."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import CodeType

from cellburst.worker.cellcode import CellCode


def imported_by(code: CellCode) -> tuple[str, ...]:
    """The names with a dot in the cell's import statements, as far as they are loaded."""
    names = [name for part in (*code.body, code.last) if part is not None for name in _dotted(part)]
    return tuple(name for name in dict.fromkeys(names) if name in sys.modules)


def _dotted(code: CodeType) -> Iterator[str]:
    """No other name in compiled code has a dot."""
    yield from (name for name in code.co_names if "." in name)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _dotted(constant)
