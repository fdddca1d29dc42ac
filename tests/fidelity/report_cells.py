"""One cell of the report: its source, and each place that differs with both texts side by side."""

from __future__ import annotations

from tests.fidelity.changes import marked
from tests.fidelity.compare import Difference
from tests.fidelity.markup import Markup, element, join, picture
from tests.fidelity.results import CellResult

_OPEN = 8  # places shown at once; the others are folded


def cell_block(cell: CellResult) -> Markup:
    """Everything about a cell that is not equal."""
    verdict = cell.verdict
    told = [*verdict.silent, *verdict.said]
    header = element(
        "header",
        element("b", f"{cell.notebook} [{cell.number}]"),
        element("span", verdict.kind, class_=f"badge {verdict.kind}"),
        element("span", f"{len(told)} places differ" if len(told) != 1 else "1 place differs", class_="faint"),
    )
    reasons = [element("p", reason, class_="reason") for reason in verdict.reasons]
    source = element("div", element("pre", cell.source.rstrip()), class_="source")
    places = [_place(cell, found) for found in told]
    shown = places[:_OPEN]
    if len(places) > _OPEN:
        shown.append(element("details", element("summary", f"{len(places) - _OPEN} more places"), *places[_OPEN:]))
    return element("section", header, *reasons, source, *shown, class_="cell", id=f"{cell.notebook}-{cell.number}")


def _place(cell: CellResult, found: Difference) -> Markup:
    title = element("p", element("span", f"{found.group} ", class_="faint"), found.place)
    if found.place in cell.pictures:
        pair = _pictures(cell, found)
    elif found.plain is None or found.remote is None:
        pair = _pair(*(_alone(text) for text in (found.plain, found.remote)))
    else:
        pair = _pair(*(element("pre", text) for text in marked(found.plain, found.remote)))
    return element("div", title, pair, class_="place")


def _pictures(cell: CellResult, found: Difference) -> Markup:
    sides = []
    for data, text in zip(cell.pictures[found.place], (found.plain, found.remote), strict=True):
        words = text or "not there"
        shown = element("pre", words, class_="" if data else "absent")
        sides.append(join(picture(data, words), shown) if data else shown)
    return _pair(*sides)


def _alone(text: str | None) -> Markup:
    return element("pre", "not there", class_="absent") if text is None else element("pre", text[:6000])


def _pair(plain: Markup, remote: Markup) -> Markup:
    sides = (("plain", plain), ("remote", remote))
    return element("div", *(element("div", element("small", name), side) for name, side in sides), class_="pair")
