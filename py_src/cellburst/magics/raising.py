"""A task's exception, raised in the kernel so that nothing tells it from one that the cell raised there.

On its way through the magic the exception gets frames that a plain cell does not have. They are taken out of its
traceback, in place, when IPython is about to show it; so also `%tb`, `%debug` and `sys.last_traceback` have the
cell's frames and no others. IPython has no hook for that which serves syntax errors and groups too, so its method is
replaced for this one call.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, NoReturn

from cellburst.magics.sources import search_once
from cellburst.payload.collecting import uncollected

_RENDER = "_render_traceback_"
_MAGIC = "run_cell_magic"


def raise_as_the_cells(shell: Any, error: BaseException) -> NoReturn:
    """Raise ``error``, whose traceback is the task's."""
    made = error.__traceback__
    if made is not None and hasattr(shell, "showtraceback"):
        vars(error).pop(_RENDER, None)
        _replace_once(shell, error, made)
    raise error


def _replace_once(shell: Any, error: BaseException, made: TracebackType) -> None:
    own = vars(shell).get("showtraceback")
    if isinstance(own, _ShowTraceback):  # one that was never called: somebody handled the exception
        own.put_back()
    shell.showtraceback = _ShowTraceback(shell, error, made)


class _ShowTraceback:
    """Stands for the shell's method until it is called."""

    def __init__(self, shell: Any, error: BaseException, made: TracebackType) -> None:
        self._shell = shell
        self._own = vars(shell).get("showtraceback")
        self._error = error
        self._made = made

    def put_back(self) -> None:
        """Give the shell its method again."""
        if self._own is None:
            del self._shell.showtraceback
        else:
            self._shell.showtraceback = self._own

    def __call__(self, exc_tuple: Any = None, *args: Any, **options: Any) -> Any:
        self.put_back()
        _, error, trace = exc_tuple or sys.exc_info()
        if error is self._error and trace is not None:
            cut(trace, self._made)
        search_once(error)
        with uncollected():  # a quarter of the time, where whole files of libraries are read to draw a frame
            return self._shell.showtraceback(exc_tuple, *args, **options)


def cut(trace: TracebackType, made: TracebackType) -> None:
    """Let ``made`` follow upon what was there before the magic, and before the cell that is its own."""
    entries = [trace]
    while (entry := entries[-1].tb_next) is not None and entry.tb_frame.f_code.co_name != _MAGIC:
        entries.append(entry)
    if entry is None:
        return
    first, last = made.tb_frame.f_code, entries[-1].tb_frame.f_code
    if len(entries) > 1 and (last.co_filename, last.co_name) == (first.co_filename, first.co_name):
        entries.pop()
    entries[-1].tb_next = made
