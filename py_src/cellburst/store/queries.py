"""The statements of ``queries.sql`` by their names, and the migrations by their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_HERE = Path(__file__).parent
_HEADING = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


def _load() -> dict[str, str]:
    _, *parts = _HEADING.split((_HERE / "queries.sql").read_text(encoding="utf-8"))
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


SQL = _load()
"""Statement by name."""
ANY_INDEX = 1 << 62
"""Greater than the index of any task."""


def migrations(above: int) -> Iterator[tuple[int, str]]:
    """The migrations whose number is greater than ``above``, in order, with their text."""
    for file in sorted((_HERE / "migrations").glob("[0-9]*.sql")):
        number = int(file.name.partition("_")[0])
        if number > above:
            yield number, file.read_text(encoding="utf-8")
