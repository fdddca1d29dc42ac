"""What a task of a search is given, as bytes: a dict of numbers."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping

from cellburst.model.blob import Packed
from cellburst.search.plan import Row


def packed(row: Row) -> Packed:
    """A row that a worker can read."""
    return Packed(pickle.dumps(row, 5))


def unpacked(given: Mapping[int, Packed], count: int) -> list[Row]:
    """The rows of all tasks; an empty one for a task that was given nothing, or what is no row of ours."""
    return [_row(given.get(index)) for index in range(count)]


def _row(pack: Packed | None) -> Row:
    if pack is None or pack.empty or pack.body_blob is not None or pack.buffers:
        return {}
    try:
        found = _PlainUnpickler(io.BytesIO(pack.body)).load()
    except Exception:  # somebody else's objects, which are not to be made here
        return {}
    return found if isinstance(found, dict) else {}


class _PlainUnpickler(pickle.Unpickler):
    """Makes nothing but containers, numbers and texts."""

    def find_class(self, module: str, name: str) -> object:
        raise pickle.UnpicklingError(f"{module}.{name} is no number")
