"""The generator behind `numpy.random.rand` and its like."""

from __future__ import annotations

import sys
from typing import Any

from cellburst.library_state.registry import State

_USUAL = "MT19937"


def _random() -> Any:
    return sys.modules["numpy.random"]


def _get() -> tuple[Any, ...]:
    state = _random().get_state(legacy=False)
    if state["bit_generator"] != _USUAL:  # after set_bit_generator
        return state["bit_generator"], _random().get_bit_generator(), repr(state)
    twister = state["state"]
    return _USUAL, twister["key"].tobytes(), twister["pos"], state["has_gauss"], state["gauss"]


def _set(value: tuple[Any, ...] | None) -> None:
    random = _random()
    usual = not hasattr(random, "get_bit_generator") or type(random.get_bit_generator()).__name__ == _USUAL
    if (value is None or value[0] == _USUAL) and not usual:
        random.set_bit_generator(random.MT19937())
    if value is None:
        random.seed()
    elif value[0] == _USUAL:
        _, key, position, has_gauss, gauss = value
        words = sys.modules["numpy"].frombuffer(key, "uint32")
        random.set_state((_USUAL, words, position, has_gauss, gauss))
    else:
        random.set_bit_generator(value[1])


STATES = (State("numpy.random", "numpy.random", _get, _set, seeded=True),)
