"""What travels, name by name, for `--dry-run` and `%remote show RUN --inputs`."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class InputEntry(Struct, frozen=True):
    """One name that the cell reads. ``how`` "refused" never gets as far as a run."""

    name: str
    type: str
    size: int | None
    how: Literal["value", "import", "skipped", "refused"]
    why: str = ""
    warning: str = ""


class Manifest(Struct, frozen=True):
    """Every name considered, in the order of first use."""

    entries: tuple[InputEntry, ...] = ()

    @property
    def size(self) -> int:
        """Bytes sent by value, as far as known."""
        return sum(entry.size or 0 for entry in self.entries if entry.how == "value")
