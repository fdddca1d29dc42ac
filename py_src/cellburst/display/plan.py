"""The machines that are to be started for a run, and what they come to: shown before they are."""

from __future__ import annotations

from collections.abc import Sequence

from cellburst.display.markup import element, join
from cellburst.display.tables import Column, html_table, terminal_room, text_table
from cellburst.model.plan import Plan
from cellburst.pricing import COLUMNS, rows, sentences

_RIGHT = frozenset({"cores", "memory", "$ an hour", "at most"})
_COLUMNS = tuple(Column(head, right=head in _RIGHT, fixed=head == "machine", limit=80) for head in COLUMNS)

_LINES = "margin: 4px 8px; line-height: 1.4"


def plan_bundle(plan: Plan, now: float) -> dict[str, str]:
    """HTML and text of a plan; ``now`` is wall seconds."""
    found = rows(plan)
    there = [place for place in range(len(_COLUMNS)) if any(row[place] for row in found)]
    table = html_table([_COLUMNS[place] for place in there], [[row[place] for place in there] for row in found])
    what, cost, *notes = sentences(plan, now)
    said = [element("div", element("b", cost)), element("div", what), *(element("div", note) for note in notes)]
    return {
        "text/html": str(join(table, element("div", *said, style=_LINES))),
        "text/plain": plan_text(plan, now),
    }


def costs_bundle(said: Sequence[str]) -> dict[str, str]:
    """HTML and text of what machines have cost, a sentence a line."""
    lines = (element("div", sentence) for sentence in said)
    return {"text/html": str(element("div", *lines, style=_LINES)), "text/plain": "\n".join(said)}


def plan_text(plan: Plan, now: float) -> str:
    """The same for a terminal."""
    return "\n".join([text_table(_COLUMNS, rows(plan), room=terminal_room()), *sentences(plan, now)])
