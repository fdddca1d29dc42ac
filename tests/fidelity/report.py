"""The report: one page without outside files, silent differences first."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Sequence

from tests.fidelity.costs import GOAL_MEDIAN, GOAL_WORST, costs, garbage_text, work_text
from tests.fidelity.markup import Markup, element, join
from tests.fidelity.report_cells import cell_block
from tests.fidelity.results import BookResult, CellResult, counts, share_equal
from tests.fidelity.style import STYLE

_MEANINGS = {
    "equal": "equal",
    "refused": "refused before it started",
    "said": "differs, and said so",
    "carried": "differs only where an earlier cell did",
    "silent": "differs in silence",
}


def page(books: Sequence[BookResult], *, target: str, passed: bool, allow: float) -> str:
    """The whole page as HTML."""
    cells = [cell for book in books for cell in book.cells]
    body = join(
        element("h1", f"The same cells in a plain kernel and with %%remote {target}"),
        element("p", f"Python {platform.python_version()}, {platform.platform()}", class_="faint"),
        _verdict(books, passed=passed, allow=allow),
        _tiles(books),
        _books(books),
        *(_section(title, kind, cells) for title, kind in _SECTIONS),
        _costs(cells),
        _unstable(cells),
        _skipped(books),
    )
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    return (
        f'<!doctype html><html lang="en"><head>{head}<title>Fidelity of %%remote {target}</title>'
        f"<style>{STYLE}</style></head>{element('body', body)}</html>\n"
    )


_SECTIONS = (
    ("Silent differences", "silent"),
    ("Refused cells", "refused"),
    ("Differences that were said", "said"),
)


def _verdict(books: Sequence[BookResult], *, passed: bool, allow: float) -> Markup:
    found = counts(books)
    words = (
        f"{found['silent differences']} silent differences (goal 0); {share_equal(found):.1f} % of the cells "
        f"that are not carried are equal (goal {allow:g} %)."
    )
    return element("div", element("b", "Passed" if passed else "Failed"), element("span", words), class_=_class(passed))


def _class(passed: bool) -> str:
    return "verdict" if passed else "verdict failed"


def _tiles(books: Sequence[BookResult]) -> Markup:
    found = counts(books)
    figures = costs([cell for book in books for cell in book.cells])
    tiles = [(str(found["cells"]), "cells")]
    tiles += [(str(found[kind]), kind) for kind in ("silent", "equal", "refused", "said", "carried")]
    tiles += [(str(found["cards"]), "with a card of the run"), (str(found["unstable"]), "places not compared")]
    if figures:
        tiles.append((f"{figures.median * 1e3:.1f} ms", f"added, median (goal < {GOAL_MEDIAN * 1e3:.0f})"))
        tiles.append((f"{figures.p95 * 1e3:.0f} ms", "added, 95 %"))
    return element("div", *(_tile(*tile) for tile in tiles), class_="tiles")


def _tile(value: str, words: str) -> Markup:
    bad = words == "silent" and value != "0"
    return element("div", element("b", value), element("span", words), class_="tile bad" if bad else "tile")


def _books(books: Sequence[BookResult]) -> Markup:
    rows = []
    for book in books:
        kinds = Counter(cell.verdict.kind for cell in book.cells)
        figures = costs(book.cells)
        rows.append(
            element(
                "tr",
                element("td", book.name, *([element("p", book.problem, class_="faint")] if book.problem else [])),
                element("td", element("div", *(_square(cell) for cell in book.cells), class_="strip")),
                *(_number(str(kinds[kind] or "")) for kind in ("silent", "said", "refused", "carried")),
                _number(str(len(book.cells))),
                _number(f"{figures.median * 1e3:.0f} ms" if figures else ""),
            )
        )
    names = ("notebook", "cells in order", "silent", "said", "refused", "carried", "cells", "added")
    head = element("tr", *(element("th", name, class_="number" if n > 1 else "") for n, name in enumerate(names)))
    return join(element("h2", "Notebooks"), _legend(), element("div", element("table", head, *rows), class_="scroll"))


def _square(cell: CellResult) -> Markup:
    kind = cell.verdict.kind
    words = f"{cell.notebook} [{cell.number}]: {_MEANINGS[kind]}"
    if kind in {"silent", "said", "refused"}:
        return element("a", class_=kind, title=words, href=f"#{cell.notebook}-{cell.number}")
    return element("span", class_=kind, title=words)


def _legend() -> Markup:
    entries = []
    for kind, words in _MEANINGS.items():
        faded = "; opacity: 0.45" if kind == "equal" else ""
        colour = f"background: var(--{kind}){faded}"
        entries.append(element("span", element("i", style=colour), words))
    return element("div", *entries, class_="legend")


def _section(title: str, kind: str, cells: Sequence[CellResult]) -> Markup:
    chosen = [cell for cell in cells if cell.verdict.kind == kind]
    if not chosen:
        return join()
    return join(element("h2", f"{title}: {len(chosen)} cells"), *(cell_block(cell) for cell in chosen))


def _costs(cells: Sequence[CellResult]) -> Markup:
    found = costs(cells)
    if found is None:
        return join()
    over = {id(cell) for cell in found.over}
    rows = []
    for cell in sorted({id(c): c for c in (*found.worst, *found.over)}.values(), key=lambda c: -c.cost):
        rows.append(
            element(
                "tr",
                _number(f"{cell.cost * 1e3:.1f} ms"),
                _number(f"{cell.size / 1e6:.2f} MB"),
                _number(f"{cell.copying * 1e3:.1f} ms"),
                element("td", "over" if id(cell) in over else ""),
                element("td", f"{cell.notebook} [{cell.number}]"),
                element("td", element("code", cell.source.strip().splitlines()[0][:90])),
            )
        )
    numbers = ((name, "number") for name in ("added", "its data", "to copy it"))
    names = (*numbers, ("goal", ""), ("cell", ""), ("first line", ""))
    head = element("tr", *(element("th", name, class_=kind) for name, kind in names))
    words = (
        f"Wall time of the remote cell less the faster plain one: median {found.median * 1e3:.1f} ms, "
        f"95 % {found.p95 * 1e3:.1f} ms; {len(found.over)} cells over {GOAL_WORST * 1e3:.0f} ms "
        f"and the time to copy their data. {work_text(found).capitalize()}; {garbage_text(found)}."
    )
    table = element("div", element("table", head, *rows), class_="scroll")
    return join(element("h2", "What it costs"), element("p", words), table)


def _unstable(cells: Sequence[CellResult]) -> Markup:
    found = Counter(place for cell in cells for place in cell.unstable)
    if not found:
        return join()
    rows = [element("tr", _number(str(count)), element("td", place)) for place, count in found.most_common(200)]
    words = "Two plain kernels do not agree about these, also without times, addresses and identities."
    table = element("div", element("table", *rows), class_="scroll")
    return join(
        element("h2", "Not compared"),
        element("details", element("summary", f"{words} {sum(found.values())} places in all."), table),
    )


def _skipped(books: Sequence[BookResult]) -> Markup:
    lines = [f"{book.name}, {why}" for book in books for why in book.skipped]
    if not lines:
        return join()
    return join(element("h2", "Not run"), *(element("p", line, class_="faint") for line in lines))


def _number(text: str) -> Markup:
    return element("td", text, class_="number")
