"""What the page asks of a grid, and the answers: every request gets one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cellburst.display.formatting import one_line
from cellburst.errors import CellburstError, UsageError
from cellburst.widgets.literals import TextError

if TYPE_CHECKING:
    from cellburst.widgets.grid import ParameterGrid

Answer = dict[str, Any]


def answer(grid: ParameterGrid, asked: object) -> Answer:
    """Do what was asked; never raises."""
    content = asked if isinstance(asked, dict) else {}
    kind = str(content.get("kind", ""))
    try:
        if kind == "import":
            return _import(grid, str(content.get("text", "")), str(content.get("format", "")))
        known: dict[str, Callable[[], object]] = {
            "run": grid.run,
            "cancel": grid.cancel,
            "look": grid.look,
            "refresh": grid.refresh,
        }
        if kind not in known:
            return _refused(f"the page asks for {kind[:40]!r}, which is not known here")
        known[kind]()
    except Exception as error:  # a cell's own code may raise anything
        named = "" if isinstance(error, CellburstError) else f"{type(error).__name__}: "
        return _refused(f"{named}{error}")
    return {"kind": "heard"}


def _import(grid: ParameterGrid, text: str, format: str) -> Answer:  # noqa: A002 the field's name for it
    try:
        grid.take_text(text, format)
    except TextError as error:
        return {"kind": "imported", "message": str(error), "line": error.line, "column": error.column}
    except UsageError as error:
        return {"kind": "imported", "message": str(error)}
    return {"kind": "imported"}


def _refused(message: str) -> Answer:
    """Words of a line of options are none of the page's."""
    said = message.replace("--yes runs them all, --sample N", "grid.run(yes=True) runs them all, a sample")
    return {"kind": "refused", "message": one_line(said, 400)}
