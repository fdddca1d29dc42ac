"""The environment that this kernel was started with, beside that of the pool, which another kernel may have started."""

from __future__ import annotations

import json
import os
from functools import lru_cache

from cellburst.library_state import environment
from cellburst.paths import Folders


def beside_pool(folders: Folders) -> tuple[dict[str, str], tuple[str, ...]]:
    """What workers lack, and the names of what they have and this kernel was not started with.

    Hardly anything while there is no pool: it will be started with this kernel's environment.
    """
    try:
        changed = os.stat(folders.pool_file).st_mtime_ns
    except OSError:
        return environment.threads(), ()
    return _beside(str(folders.pool_file), changed)


@lru_cache(maxsize=8)
def _beside(record: str, changed: int) -> tuple[dict[str, str], tuple[str, ...]]:
    try:
        with open(record, "rb") as file:
            pid = int(json.load(file)["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return environment.threads(), ()
    other = environment.at_start_of(pid)
    return (environment.threads(), ()) if other is None else environment.beside(other)
