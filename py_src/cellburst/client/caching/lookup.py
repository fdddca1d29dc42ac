"""Which tasks of a new run have a result already."""

from __future__ import annotations

from cellburst.client.connecting.connection import Connection
from cellburst.errors import StoreError
from cellburst.model.run import Run
from cellburst.model.sweep import KEY

Hits = tuple[tuple[int, str, int], ...]
"""Tasks whose result is that of another one: (index, run, index there)."""


def hits_for(run: Run, keys: bytes, connection: Connection, start: int = 0) -> Hits:
    """For each task with a kept result: its index (of the first ``start``), and the run and the index of that
    result."""
    if run.options.cache != "use":
        return ()
    own = [keys[place : place + KEY] for place in range(0, len(keys), KEY)]
    try:
        found = connection.reader.cached(own)
    except StoreError:
        return ()  # there is no store yet, or none that can be read: the controller will say so
    return tuple((index, *found[key]) for index, key in enumerate(own, start) if key in found)
