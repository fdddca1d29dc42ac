"""A damaged store is moved aside whole, and a new one is made from all that can still be read.

It can be interrupted at any point: a folder without ``recovered.txt`` is taken up again at the next start.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from pathlib import Path

from cellburst.store import schema
from cellburst.store.database import connect_reader, connect_writer
from cellburst.store.outputs import OutputFiles
from cellburst.store.pending import Pending
from cellburst.store.salvage import Found, salvage
from cellburst.store.sidecar import Sidecars
from cellburst.store.writing import apply

_NOTE = "recovered.txt"
_DAMAGE = "damage.txt"
_NO_LIMIT = 1 << 62


def unfinished(path: Path) -> Path | None:
    """The folder of a rebuilding that was interrupted."""
    folders = sorted(path.parent.glob(f"{path.stem}.damaged-*"))
    return next((folder for folder in folders if not (folder / _NOTE).exists()), None)


def move_aside(path: Path, sidecars: Sidecars, damage: str) -> Path:
    """Begin: put the damaged files into a folder of their own. Raises OSError."""
    stamp = int(time.time())
    while (folder := path.with_name(f"{path.stem}.damaged-{stamp}")).exists():
        stamp += 1
    folder.mkdir(mode=0o700)
    (folder / _DAMAGE).write_text(damage)
    _move(path, sidecars, folder)
    return folder


def _move(path: Path, sidecars: Sidecars, folder: Path) -> None:
    for source in (path.with_name(path.name + "-wal"), sidecars.folder, path):
        if source.exists() and not (folder / source.name).exists():
            os.rename(source, folder / source.name)
    path.with_name(path.name + "-shm").unlink(missing_ok=True)


def finish(path: Path, sidecars: Sidecars, folder: Path) -> str:
    """Make the new store in the place of the one in ``folder``; what was recovered. Raises OSError, sqlite3.Error."""
    _move(path, sidecars, folder)
    damage = (folder / _DAMAGE).read_text() if (folder / _DAMAGE).exists() else "it was damaged"
    if path.exists():  # interrupted after the last step
        notice = f"{path.name} was rebuilt: {damage}; the damaged files are in {folder}"
    else:
        found = _build(folder / "rebuilt", folder / path.name, path, sidecars)
        notice = (
            f"{path.name} was damaged ({damage}) and was rebuilt: {found}; the damaged files are in {folder} and"
            " can be deleted"
        )
    (folder / _NOTE).write_text(notice + "\n")
    return notice


def _build(workplace: Path, damaged: Path, path: Path, sidecars: Sidecars) -> Found:
    shutil.rmtree(workplace, ignore_errors=True)
    workplace.mkdir(mode=0o700)
    new_path = workplace / path.name
    new_sidecars = Sidecars(new_path)
    new_sidecars.create()
    old = _open_damaged(damaged)
    new = connect_writer(new_path)
    try:
        new.row_factory = sqlite3.Row
        schema.migrate(new, new_path)
        no_files = OutputFiles(workplace / "outputs", 0, 0)  # files stay where they are
        pending = Pending(new, no_files, new_sidecars, _NO_LIMIT)
        found = Found()
        records = list(Sidecars(damaged).records())
        for facts in salvage(old, records, time.time(), found):
            new.execute("BEGIN IMMEDIATE")
            apply(pending, facts)
            new.execute("COMMIT")
            pending.committed()
    finally:
        new.close()
        if old is not None:
            old.close()
    shutil.rmtree(sidecars.folder, ignore_errors=True)
    os.rename(new_sidecars.folder, sidecars.folder)
    os.rename(new_path, path)
    shutil.rmtree(workplace, ignore_errors=True)
    return found


def _open_damaged(damaged: Path) -> sqlite3.Connection | None:
    if not damaged.exists():
        return None
    try:
        return connect_reader(damaged)
    except sqlite3.Error:
        return None
