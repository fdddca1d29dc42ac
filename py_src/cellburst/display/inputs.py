"""What travels with a run, name by name (``--dry-run``, ``%remote show RUN --inputs``)."""

from __future__ import annotations

from collections.abc import Sequence

from cellburst.display.formatting import counted, format_bytes
from cellburst.display.tables import Column, html_table, text_table
from cellburst.model.manifest import InputEntry, Manifest
from cellburst.model.sweep import SweepView

_COLUMNS = (Column("name"), Column("type"), Column("size", right=True), Column("how"), Column("note", limit=160))
_HOW = {"value": "by value", "import": "by import", "skipped": "skipped", "refused": "refused"}


def inputs_bundle(manifest: Manifest, sweep: SweepView | None = None) -> dict[str, str]:
    """HTML and text of a manifest; with ``sweep``, also how many tasks there are to be."""
    caption = _caption(manifest, sweep)
    if not manifest.entries:
        return {"text/plain": caption}
    rows = [_row(entry) for entry in manifest.entries]
    return {
        "text/html": str(html_table(_COLUMNS, rows, caption)),
        "text/plain": f"{caption}\n{text_table(_COLUMNS, rows)}",
    }


def warnings_of(manifest: Manifest) -> list[str]:
    """A sentence for each name that looks like a secret or cannot travel; never a value."""
    said = []
    for entry in manifest.entries:
        if entry.how == "refused":
            said.append(f"{entry.name} ({entry.type}) cannot travel: {entry.why or 'no reason is known'}")
        if entry.warning:
            said.append(entry.warning if entry.name in entry.warning else f"{entry.name}: {entry.warning}")
    return said


def sweep_text(sweep: SweepView) -> str:
    """``"1 task"``, ``"4 copies"``, ``"10 tasks: lr (2), depth (5)"``, ``"tasks decided while it runs: lr"``."""
    if sweep.kind == "search" and not sweep.count:
        return "tasks decided while it runs" + (f": {', '.join(sweep.names)}" if sweep.names else "")
    if sweep.kind == "copies":
        return f"{sweep.count:,} copies"
    text = counted(sweep.count, "task")
    if sweep.kind == "grid":
        return f"{text}: " + ", ".join(f"{axis.name} ({len(axis.values):,})" for axis in sweep.axes)
    return f"{text}: {', '.join(sweep.columns)}" if sweep.kind == "table" else text


def _caption(manifest: Manifest, sweep: SweepView | None) -> str:
    counts: Sequence[tuple[str, str]] = (
        ("value", f"{format_bytes(manifest.size)} by value"),
        ("import", "by import"),
        ("skipped", "skipped"),
        ("refused", "refused"),
    )
    said = []
    for how, words in counts:
        if number := sum(entry.how == how for entry in manifest.entries):
            said.append(f"{counted(number, 'name')}, {words}" if how == "value" else f"{number} {words}")
    travels = "; ".join(said) or "the cell reads no variables"
    return f"{sweep_text(sweep)}; {travels}" if sweep is not None else travels


def _row(entry: InputEntry) -> tuple[str, str, str, str, str]:
    size = "" if entry.size is None else format_bytes(entry.size)
    note = "; ".join(part for part in (entry.why, f"⚠ {entry.warning}" if entry.warning else "") if part)
    return entry.name, entry.type, size, _HOW[entry.how], note
