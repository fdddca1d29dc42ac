"""SQLite, and the run stores of every environment."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator

from cellburst import wiring
from cellburst.cli.checks.finding import Finding, ok, problem, warning
from cellburst.display.formatting import format_bytes
from cellburst.errors import CellburstError
from cellburst.paths import Folders
from cellburst.settings import Settings

_OLDEST = (3, 35, 0)  # RETURNING and the WAL repairs that we rely on


def check_sqlite() -> Iterator[Finding]:
    """The SQLite library of this Python."""
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < _OLDEST:
        yield problem("SQLite", version, "use a Python built with SQLite 3.35 or newer")
    else:
        yield ok("SQLite", version)


def check_stores(folders: Folders, settings: Settings) -> Iterator[Finding]:
    """Each store can be read; how much disk it uses; whether outcomes wait in the spool."""
    found = sorted(folders.stores.glob("*.db")) if folders.stores.is_dir() else []
    if not found:
        yield ok("run store", "none yet (made by the first run)")
    for path in found:
        yield _check_store(dataclasses.replace(folders, env=path.stem), settings)
    moved = sorted(path.name for path in folders.stores.glob("*.damaged*")) if found else []
    if moved:
        advice = "its runs were recovered as far as possible; delete the file when you do not miss any"
        yield warning("run store", f"a damaged store was moved aside: {moved[-1]}", advice)
    waiting = len(list(folders.spool.glob("*.out"))) if folders.spool.is_dir() else 0
    if waiting:
        yield warning("spool", f"{waiting} outcome files wait", "any cellburst command in a notebook takes them in")


def _check_store(folders: Folders, settings: Settings) -> Finding:
    try:
        reader = wiring.open_reader(folders)
        newest, used = reader.runs(limit=1), reader.disk_use()
        reader.close()
    except (CellburstError, sqlite3.Error, OSError) as error:
        return problem(
            "run store", f"{folders.store} cannot be read: {error}", "start a run: the controller repairs it"
        )
    total = sum(used.values())
    found = f"{folders.store.name}, {format_bytes(total)}" + ("" if newest else ", no runs")
    if total > settings.keep_bytes:
        return warning("run store", found, "cellburst prune")
    return ok("run store", found)
