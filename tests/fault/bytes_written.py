"""Which of all files that cellburst has written hold some bytes."""

from __future__ import annotations

from pathlib import Path

from cellburst.paths import Folders


def files_with(folders: Folders, wanted: bytes) -> list[Path]:
    """Everything below the data and runtime folders, names included; archives and compression do not hide it."""
    found = []
    for root in (folders.data, folders.runtime):
        for path in sorted(root.rglob("*")):
            if wanted in bytes(path) or (path.is_file() and wanted in path.read_bytes()):
                found.append(path)
    return found
