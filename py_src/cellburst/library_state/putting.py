"""Setting states of libraries to what another process has sent."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from cellburst.library_state import registered, registry, surroundings
from cellburst.library_state.gathering import held_name
from cellburst.library_state.sealing import unseal
from cellburst.payload.delta import NamespaceDelta


def bring_back(delta: NamespaceDelta, held: Mapping[str, Any], key: bytes, source: str) -> None:
    """Set what a cell has changed; what cannot be is noted in ``delta.unreturned``.

    ``held`` is from ``gathering.held``, before the cell's variables were brought back; ``key`` unseals variables of the
    environment. A library that is not loaded here is, if the cell's ``source`` speaks of it: in a worker that has it
    loaded, IPython alone may have touched its state.
    """
    states = delta.states
    for name in held:
        if name in delta.assigned:  # another object has taken the place of one of these
            states.setdefault(name.removeprefix(held_name("")), delta.assigned.pop(name))
    if surroundings.ENVIRONMENT in states:
        _unseal(delta, key)
    for name, value in states.items():
        try:
            _put(name, value, source)
        except Exception as error:
            delta.unreturned[held_name(name)] = f"{type(error).__name__}: {error}"
    _keep_others(held, states)


def _unseal(delta: NamespaceDelta, key: bytes) -> None:
    sealed = delta.states[surroundings.ENVIRONMENT]
    if sealed and key:
        delta.states[surroundings.ENVIRONMENT] = unseal(sealed, key)
    else:
        del delta.states[surroundings.ENVIRONMENT]
        delta.unreturned[held_name(surroundings.ENVIRONMENT)] = (
            "values of the environment are not stored, and only the kernel that waits for the cell gets them"
        )


def _put(name: str, value: Any, source: str) -> None:
    state = registry.find(name)
    if state is None:
        registered.load_home(name)
        state = registry.find(name)
    if state is None:
        raise LookupError("no library here has such a state")
    if state.module and state.module not in sys.modules:
        library = state.module.partition(".")[0]
        if library not in sys.modules and library not in source:
            return
        import_module(state.module)
    state.set(value)


def _keep_others(held: Mapping[str, Any], states: Mapping[str, Any]) -> None:
    """Unpickling may change what the cell has not: a figure that was open announces itself to pyplot again."""
    for state in registry.loaded():
        if state.announced and state.name not in states and held_name(state.name) in held:
            before = held[held_name(state.name)]
            if state.get() != before:
                state.set(before)
