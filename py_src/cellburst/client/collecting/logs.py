"""Output records as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cellburst.abc import RunReader
from cellburst.errors import StoreError, UnknownRunError
from cellburst.model.gaps import said_text


def log_text(outputs: Iterable[dict[str, Any]]) -> str:
    """What a task printed and displayed, as a terminal would show it; says where something is missing."""
    parts: list[str] = []
    for record in outputs:
        match record.get("output_type"):
            case "stream":
                parts.append(said_text(record))
            case "display_data" | "update_display_data" | "execute_result":
                parts.append(_line(record.get("data", {}).get("text/plain", "")))
            case "error":
                parts.append(_line("\n".join(record.get("traceback") or [f"{record['ename']}: {record['evalue']}"])))
    return "".join(parts)


def kept_outputs(run: str, index: int, reader: RunReader) -> list[dict[str, Any]]:
    """What the task printed whose result a task took over, if its run is still there; nothing for others."""
    row = next(iter(reader.tasks(run, index, index + 1)), None)
    origin, _, place = (row.cached if row is not None else "").partition("/")
    try:
        return reader.outputs(origin, int(place)) if place else []
    except (UnknownRunError, StoreError):
        return []


def _line(text: str) -> str:
    return f"{text}\n" if text and not text.endswith("\n") else text
