"""A cell that is not Python: shown as IPython shows it, with the cell's own line and no frame of ours."""

from __future__ import annotations

import ast
from typing import Any

from cellburst.cells.source import transform
from cellburst.client.starting.cell import locate
from cellburst.errors import CaptureError
from cellburst.payload.silence import no_warnings


class CellSyntaxError(CaptureError):
    """The cell is not Python.

    IPython shows a SyntaxError that was raised by running code with all the frames it came through, and asks
    no SyntaxError how it wants to be shown. So this is another class; its instances carry the original's name.
    """

    def __init__(self, message: str, lines: list[str]) -> None:
        super().__init__(message)
        self._lines = lines

    def _render_traceback_(self) -> list[str]:
        return self._lines


def plain_syntax_error(shell: Any, cell: str, error: SyntaxError) -> CellSyntaxError:
    """What to raise in place of ``error``, which was met in ``cell``."""
    error = _in_place(shell, cell) or error
    error.__cause__ = error.__context__ = None  # how it was met says nothing to the user
    lines = shell.SyntaxTB.structured_traceback(type(error), error, [])
    kind = type(type(error).__name__, (CellSyntaxError,), {"__doc__": CellSyntaxError.__doc__})
    shown: CellSyntaxError = kind(str(error), lines)
    return shown


def _in_place(shell: Any, cell: str) -> SyntaxError | None:
    """The same error with the file name and the line numbers of the whole cell."""
    place = locate(cell, shell)
    source = "\n" * (place.first_line - 1) + transform(cell, shell.input_transformer_manager.transform_cell)
    try:
        with no_warnings():
            compile(source, place.filename, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        return error
    return None
