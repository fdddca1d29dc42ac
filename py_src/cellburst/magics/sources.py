"""Which files are no module's, told to Python once while a traceback is drawn.

For every frame of a cell IPython asks ``inspect`` a few times for its module, and each time all loaded modules are gone
through to find that there is none: 0.5 ms with a thousand of them, 0.3 s where a recursion has 150 frames.
"""

from __future__ import annotations

import builtins
import inspect
import os
from contextlib import suppress
from types import CodeType
from typing import Any

_NOBODY = ""  # the name of no module
_GROUP: Any = getattr(builtins, "BaseExceptionGroup", ())  # since Python 3.11


def search_once(error: BaseException | None) -> None:
    """From now on ``inspect.getmodule`` finds at once that the cells in the traceback of ``error`` are no modules.

    That stays: IPython draws a traceback again to keep it, and what ``inspect`` has found once it never asks again.
    """
    known: Any = getattr(inspect, "modulesbyfile", None)
    if not isinstance(known, dict):  # it is no promise of Python's
        return
    with suppress(Exception):  # of modules with a mind of their own; then it only takes longer
        for code in _codes(error):
            name = code.co_filename
            if name in known or os.path.exists(name):  # a file may become a module yet, a cell may not
                continue
            if inspect.getmodule(code, name) is None:
                known[name] = known[os.path.normcase(os.path.abspath(name))] = _NOBODY


def _codes(error: BaseException | None) -> list[CodeType]:
    """One for each file in the traceback, and in those of what led to the error."""
    found: dict[str, CodeType] = {}
    errors, seen = [error], set()
    while errors:
        one = errors.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        trace = one.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            found.setdefault(code.co_filename, code)
            trace = trace.tb_next
        errors += [one.__cause__, one.__context__, *(one.exceptions if isinstance(one, _GROUP) else ())]
    return list(found.values())
