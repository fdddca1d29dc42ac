"""Which of all files that cellburst has written hold some bytes."""

from __future__ import annotations

from pathlib import Path

from cellburst.paths import Places


def files_with(places: Places, wanted: bytes) -> list[Path]:
    """Everything below the data and runtime folders, names included; archives and compression do not hide it."""
    found = []
    for root in (places.data, places.runtime):
        for path in sorted(root.rglob("*")):
            if wanted in bytes(path) or (path.is_file() and wanted in path.read_bytes()):
                found.append(path)
    return found
