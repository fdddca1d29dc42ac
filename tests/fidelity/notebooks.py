"""Notebooks as files hold them: their code cells, and what a cell or a notebook needs to be run."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

_PYTHON = re.compile(r"python\s*(>=|<)\s*(\d+)\.(\d+)")


@dataclass(frozen=True)
class Cell:
    """``number`` counts the code cells of the notebook from 1; ``skipped`` says why it is not run."""

    number: int
    source: str
    tags: tuple[str, ...] = ()
    skipped: str = ""


@dataclass
class Notebook:
    """``skipped`` says why nothing of it is run."""

    path: Path
    cells: list[Cell] = field(default_factory=list)
    short: bool = False
    skipped: str = ""

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def runnable(self) -> list[Cell]:
        return [] if self.skipped else [cell for cell in self.cells if not cell.skipped]


def find(places: Iterable[Path]) -> list[Path]:
    """Every notebook in files and folders, sorted; checkpoints are left out."""
    found: set[Path] = set()
    for place in places:
        inside = [place] if place.suffix == ".ipynb" else place.rglob("*.ipynb")
        found.update(path for path in inside if ".ipynb_checkpoints" not in path.parts)
    return sorted(found)


def read(path: Path) -> Notebook:
    """One notebook. Raises OSError, ValueError."""
    data = json.loads(path.read_text("utf-8"))
    own = data.get("metadata", {}).get("cellburst", {})
    cells: list[Cell] = []
    for raw in data["cells"]:
        source = raw["source"] if isinstance(raw["source"], str) else "".join(raw["source"])
        if raw["cell_type"] == "code" and source.strip():
            tags = tuple(raw.get("metadata", {}).get("tags", ()))
            cells.append(Cell(len(cells) + 1, source, tags, lacking(tags)))
    missing = [name for name in own.get("requires", ()) if not installed(name)]
    why = f"{', '.join(missing)} is not installed" if missing else ""
    return Notebook(path, cells, bool(own.get("short")), why)


def lacking(tags: Iterable[str]) -> str:
    """Why a cell with these tags cannot be run here, empty if it can."""
    for tag in tags:
        asked = _PYTHON.fullmatch(tag)
        if asked:
            version = (int(asked[2]), int(asked[3]))
            if (sys.version_info[:2] >= version) != (asked[1] == ">="):
                return f"it is for {tag}"
        elif tag.startswith("needs:") and not installed(tag[6:]):
            return f"{tag[6:]} is not installed"
    return ""


def installed(name: str) -> bool:
    """Whether a package could be imported, without importing it."""
    return importlib.util.find_spec(name.partition(".")[0]) is not None


def limited(books: Iterable[Notebook], cells: int | None) -> list[Notebook]:
    """The first notebooks, up to ``cells`` cells in all; None: all of them."""
    chosen: list[Notebook] = []
    left = cells
    for book in books:
        count = len(book.runnable)
        if left is not None:
            if left <= 0:
                break
            if count > left:
                kept = book.runnable[:left]
                book = Notebook(book.path, kept, book.short, book.skipped)
            left -= count
        chosen.append(book)
    return chosen
