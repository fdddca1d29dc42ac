"""The grid where no widget is shown: its first tasks as a table."""

from __future__ import annotations

from typing import Any

from cellburst.display.formatting import counted, value_text
from cellburst.display.markup import element


def html(label: str, facts: dict[str, Any]) -> str:
    """What a static page shows of a grid."""
    count = facts.get("count")
    preview = facts.get("preview") or {}
    said = "no tasks yet" if count is None else counted(count, "task")
    head = element("tr", *(element("th", str(name)) for name in preview.get("columns", ())))
    rows = [element("tr", *(element("td", value_text(value)) for value in row)) for row in preview.get("rows", ())]
    return element("table", element("caption", f"{label}: {said}"), element("thead", head), element("tbody", *rows))
