"""A table as plain text and as HTML, from the same cells."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence

from cellburst.display.formatting import one_line, text_width
from cellburst.display.markup import Markup, element, join
from cellburst.display.states import mark

_GAP = "  "
_SHORT = 8


class Column:
    """A heading; ``right`` aligns numbers; ``state`` cells are state names, shown with their marks.

    Numbers, states and what is ``fixed`` are not cut to fit a terminal.
    """

    __slots__ = ("fixed", "head", "limit", "right", "state")

    def __init__(
        self, head: str, *, right: bool = False, state: bool = False, fixed: bool = False, limit: int = 60
    ) -> None:
        self.fixed = fixed
        self.head = head
        self.right = right
        self.state = state
        self.limit = limit


def terminal_room() -> int | None:
    """The columns of the terminal that standard output is; None if it is something else."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def text_table(columns: Sequence[Column], rows: Iterable[Sequence[str]], *, room: int | None = None) -> str:
    """Aligned columns under their headings; no trailing blanks.

    In a terminal with ``room`` columns, those without an entry are left out and long texts are cut, if they have to be.
    """
    lines = [[column.head for column in columns]]
    lines += [[_text_cell(column, cell) for column, cell in zip(columns, row, strict=True)] for row in rows]
    if room is not None:
        there = [place for place in range(len(columns)) if any(line[place] for line in lines[1:])]
        columns = [columns[place] for place in there]
        lines = [[line[place] for place in there] for line in lines]
    widths = [max(text_width(line[place]) for line in lines) for place in range(len(columns))]
    if room is not None:
        _narrow(columns, lines, widths, room)
    return "\n".join(
        _GAP.join(
            _padded(cell, width, column.right) for cell, width, column in zip(line, widths, columns, strict=True)
        ).rstrip()
        for line in lines
    )


def _narrow(columns: Sequence[Column], lines: list[list[str]], widths: list[int], room: int) -> None:
    texts = [place for place, column in enumerate(columns) if not (column.right or column.state or column.fixed)]
    while texts and sum(widths) + len(_GAP) * (len(widths) - 1) > room:
        place = max(texts, key=widths.__getitem__)
        if widths[place] <= _SHORT:
            return
        longest = max(len(line[place]) for line in lines)
        for line in lines:
            line[place] = one_line(line[place], longest - 1)
        widths[place] = max(text_width(line[place]) for line in lines)


def html_table(columns: Sequence[Column], rows: Iterable[Sequence[str]], caption: str = "") -> Markup:
    """A compact table that inherits the page's font and colours."""
    head = element("tr", *(element("th", column.head, scope="col", style=_align(column)) for column in columns))
    body = (
        element("tr", *(_html_cell(column, cell) for column, cell in zip(columns, row, strict=True))) for row in rows
    )
    about = (
        (element("caption", caption, style="caption-side: top; text-align: left; padding: 2px 0"),) if caption else ()
    )
    style = "border-collapse: collapse; margin: 2px 0; font-size: inherit; color: inherit"
    table = element("table", *about, element("thead", head), element("tbody", join(*body)), style=style)
    return element("div", table, style="overflow-x: auto")


def state_html(state: str) -> Markup:
    """The coloured shape of a state, followed by its word."""
    look = mark(state)
    shape = element("span", look.shape, aria_hidden="true", style=f"color: {look.colour}; font-weight: bold")
    return join(shape, "\N{NO-BREAK SPACE}", look.word)


def state_text(state: str) -> str:
    """The shape and the word of a state."""
    return f"{mark(state).shape} {mark(state).word}"


def _text_cell(column: Column, cell: str) -> str:
    return state_text(cell) if column.state and cell else one_line(cell, column.limit)


def _html_cell(column: Column, cell: str) -> Markup:
    if column.state and cell:
        return element("td", state_html(cell), style=_align(column))
    short = one_line(cell, column.limit)
    if short != cell:
        return element("td", short, style=_align(column), title=one_line(cell, 1000))
    return element("td", short, style=_align(column))


def _align(column: Column) -> str:
    return f"text-align: {'right' if column.right else 'left'}; padding: 1px 8px; white-space: nowrap"


def _padded(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - text_width(text))
    return blanks + text if right else text + blanks
