"""Output records as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

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


def _line(text: str) -> str:
    return f"{text}\n" if text and not text.endswith("\n") else text
