"""What calls print, printed here as if they had run here."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any


def show(outputs: Iterable[dict[str, Any]]) -> None:
    """Write streamed text to this process's streams; what else was displayed is in the panel. Never raises."""
    for record in outputs:
        name, text = record.get("name"), record.get("text")
        if record.get("output_type") != "stream" or name not in ("stdout", "stderr") or not text:
            continue
        stream = getattr(sys, name)
        try:
            stream.write(text)
            stream.flush()
        except (AttributeError, OSError, ValueError):  # there is none, or none any more
            continue
