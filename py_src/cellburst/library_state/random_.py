"""The generator behind the functions of `random`."""

from __future__ import annotations

import random
from array import array

from cellburst.library_state.registry import State

# what random.random() and its like are methods of; the module itself is not touched: a worker watches its first use
_generator: random.Random = getattr(random, "_inst")  # noqa: B009
_VERSION = _generator.getstate()[0]


def _get() -> tuple[bytes, float | None]:
    _, numbers, gauss_next = _generator.getstate()
    return array("I", numbers).tobytes(), gauss_next


def _set(value: tuple[bytes, float | None] | None) -> None:
    if value is None:
        _generator.seed()
        return
    packed, gauss_next = value
    _generator.setstate((_VERSION, tuple(array("I", packed)), gauss_next))


STATES: tuple[State, ...] = (State("random", "", _get, _set, seeded=True),)
