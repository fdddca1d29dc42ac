"""States that libraries, or the notebook, have added themselves."""

from __future__ import annotations

import pickle
import sys
import weakref
from collections.abc import Callable
from importlib import import_module
from typing import Any

from cellburst.errors import UsageError
from cellburst.library_state import registry
from cellburst.library_state.registry import State
from cellburst.payload import pickling

_NOTEBOOK = "__main__"
_MUCH = 1 << 60  # no buffer is so large: everything is in the stream
_Functions = tuple[bytes, bytes]

_homes: dict[str, str] = {}  # by state, the module whose import adds it
_pickles: weakref.WeakKeyDictionary[Any, bytes] = weakref.WeakKeyDictionary()


def register_state(name: str, get: Callable[[], Any], set: Callable[[Any], None], *, module: str = "") -> None:  # noqa: A002
    """Let something that a library remembers travel with every remote cell, and back.

    ``get()`` returns it as a value that can be pickled and compared, or None if it is as right after the import;
    ``set(value)`` makes it so, and is called with None to make it as after the import. A value is a new object each
    time, or one that does not change. Neither function is called before ``module`` is loaded; empty: always.

    Call it where the library is imported, and every process that imports the library has it; or call it in the
    notebook: functions of the notebook go to the workers, with the variables that they use. What goes wrong in
    ``get`` and ``set`` is said at the cell, which runs nevertheless.

    Example::

        register_state("mylib units", lambda: mylib.units, lambda value: mylib.use(value or "si"), module="mylib")

    Raises UsageError for what cannot be meant and for a name that is taken; registering again from the same place
    replaces it.
    """
    _check(name, get, set, module)
    home = getattr(get, "__module__", None) or _NOTEBOOK
    known = registry.find(name)
    if known is not None and _homes.get(name) != home:
        raise UsageError(f"there is a state {name!r} already; give yours another name")
    _homes[name] = home
    registry.replace(State(name, module, get, set, holds=True))


def _check(name: Any, get: Any, set_: Any, module: Any) -> None:
    if not isinstance(name, str) or not name.strip() or ":" in name:
        raise UsageError(f"a state needs a name, without a colon, and {name!r} is none")
    if not isinstance(module, str):
        raise UsageError(f"register_state({name!r}): module is the name of one, not a {type(module).__name__}")
    for word, function in (("get", get), ("set", set_)):
        if not callable(function):
            raise UsageError(f"register_state({name!r}): {word} is a function, not a {type(function).__name__}")


def load_home(name: str) -> None:
    """Import what adds the state of this name, if it is known."""
    home = _homes.get(name, _NOTEBOOK)
    if home != _NOTEBOOK and home not in sys.modules:
        import_module(home)


def _get() -> dict[str, tuple[str, str, _Functions | None]] | None:
    """By name, the module that it waits for, the one that adds it, and the functions of the notebook."""
    return {name: _described(name, home) for name, home in _homes.items()} or None


def _described(name: str, home: str) -> tuple[str, str, _Functions | None]:
    state = registry.find(name)
    if home != _NOTEBOOK or state is None:
        return "" if state is None else state.module, home, None
    return state.module, home, (_pickled(state.get), _pickled(state.set))


def _set(value: dict[str, tuple[str, str, _Functions | None]] | None) -> None:
    wanted = value or {}
    for name, home in list(_homes.items()):
        if name not in wanted and (home == _NOTEBOOK or home not in sys.modules):
            del _homes[name]
            registry.remove(name)
    for name, described in wanted.items():
        module, home, functions = described
        if functions is not None and (name not in _homes or _described(name, home) != described):
            get, put = map(_unpickled, functions)
            registry.replace(State(name, module, get, put, holds=True))
        _homes.setdefault(name, home)


def _pickled(function: Any) -> bytes:
    found = _pickles.get(function)
    if found is None:
        found = _pickles[function] = b"".join(pickling.dump(function, _MUCH)[0])
    return found


def _unpickled(body: bytes) -> Any:
    made = pickle.loads(body)
    _pickles[made] = body
    return made


STATES = (State("registered states", "", _get, _set),)
