"""The findings as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from tests.fidelity.compare import Difference
from tests.fidelity.results import BookResult, CellResult
from tests.fidelity.verdict import root_of

_WIDEST = 300
_MOST_OF_ONE = 4  # places of one name
_MOST = 24
_MARKS = {"equal": "e", "refused": "r", "said": "s", "carried": "c", "silent": "S"}


def book_text(book: BookResult) -> Iterator[str]:
    """One line for a notebook, and one block for each cell that is not equal."""
    marks = "".join(_MARKS[cell.verdict.kind] for cell in book.cells)
    yield f"{book.name}: {len(book.cells)} cells  {marks}"
    for why in book.skipped:
        yield f"   skipped {why}"
    if book.problem:
        yield f"   PROBLEM {book.problem}"
    for cell in book.cells:
        if cell.verdict.kind not in {"equal", "carried"}:
            yield from _cell(cell)


def _cell(cell: CellResult) -> Iterator[str]:
    yield f"   {cell.notebook} [{cell.number}] {cell.verdict.kind.upper()}  {'; '.join(cell.verdict.reasons)[:_WIDEST]}"
    yield textwrap.indent(cell.source.rstrip(), "      | ", lambda line: True)
    yield from _differences(cell.verdict.silent, "")
    yield from _differences(cell.verdict.said, "(said) ")


def _differences(found: Sequence[Difference], mark: str) -> Iterator[str]:
    for _, group in groupby(found[:_MOST], lambda item: (item.group, root_of(item.place))):
        members = list(group)
        for difference in members[:_MOST_OF_ONE]:
            yield f"      {mark}{difference.group}: {difference.place}"
            yield f"         plain  {short(difference.plain, difference.remote)}"
            yield f"         remote {short(difference.remote, difference.plain)}"
        if len(members) > _MOST_OF_ONE:
            yield f"         ... and {len(members) - _MOST_OF_ONE} more places of {root_of(members[0].place)}"
    if len(found) > _MOST:
        yield f"      ... and {len(found) - _MOST} more places"


def short(text: str | None, other: str | None) -> str:
    """The text from shortly before the first character that is not the other's."""
    if text is None:
        return "(not there)"
    start = 0
    if other is not None and len(text) > _WIDEST:
        start = next((n for n, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), 0)
        start = max(0, start - 60)
    return f"{'...' if start else ''}{text[start : start + _WIDEST]!r}"
