"""What a notebook sets of the interpreter: read, set on another side, and put back."""

from __future__ import annotations

import copyreg
import gc
import signal
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from cellburst.library_state import interpreter, registrations, socket_, sqlite_
from cellburst.library_state.registry import State

_STATES = {
    state.name: state
    for module in (interpreter, registrations, socket_, sqlite_)
    for state in module.STATES
    if state.name != "arguments"
}


@pytest.fixture
def states() -> Iterator[dict[str, State]]:
    """All of them as after the start, and so again at the end."""
    for state in _STATES.values():
        state.set(None)
        assert state.get() is None, state.name
    yield _STATES
    for state in _STATES.values():
        state.set(None)


@pytest.fixture
def users() -> dict[str, Any]:
    """Functions and a class of a notebook."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec("def hook(*a): pass\nclass Row:\n    def __reduce__(self): return Row, ()", namespace)
    return namespace


def there_and_back(state: State, expected: Any) -> None:
    """Read what was set; unset it; set it again from what was read."""
    value = state.get()
    assert value == expected
    state.set(None)
    assert state.get() is None
    state.set(value)
    assert state.get() == expected


def test_garbage_collection(states: dict[str, State]) -> None:
    gc.disable()
    gc.set_threshold(900, 11, 12)
    there_and_back(states["garbage collection"], (False, (900, 11, 12)))
    assert not gc.isenabled()


def test_the_switch_interval(states: dict[str, State]) -> None:
    sys.setswitchinterval(0.05)
    there_and_back(states["switch interval"], 0.05)


def test_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    (state,) = (state for state in interpreter.STATES if state.name == "arguments")
    monkeypatch.setattr(sys, "argv", ["prog", "--fast"])
    there_and_back(state, ["prog", "--fast"])
    state.set(None)
    assert sys.argv == [""]


def test_the_time_zone(states: dict[str, State], monkeypatch: pytest.MonkeyPatch) -> None:
    state = states["time zone"]
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    state.set(("Asia/Tokyo", ("JST", "JDT")))
    assert time.tzname[0] == "JST"
    found = state.get()
    assert found is not None
    assert found[0] == "Asia/Tokyo"
    monkeypatch.delenv("TZ")
    state.set(None)
    assert state.get() is None


def test_hooks(states: dict[str, State], users: dict[str, Any]) -> None:
    own = sys.excepthook, threading.excepthook
    try:
        sys.excepthook = threading.excepthook = users["hook"]
        there_and_back(states["hooks"], {"sys.excepthook": users["hook"], "threading.excepthook": users["hook"]})
        states["hooks"].set(None)
        assert sys.excepthook is sys.__excepthook__
    finally:
        sys.excepthook, threading.excepthook = own


def test_signal_handlers(states: dict[str, State], users: dict[str, Any]) -> None:
    signal.signal(signal.SIGUSR1, users["hook"])
    there_and_back(states["signal handlers"], {int(signal.SIGUSR1): users["hook"]})


def test_a_handler_of_a_library_stays(states: dict[str, State]) -> None:
    before = signal.signal(signal.SIGUSR2, lambda *_: None)
    try:
        assert states["signal handlers"].get() is None
        states["signal handlers"].set(None)
        assert callable(signal.getsignal(signal.SIGUSR2))
    finally:
        signal.signal(signal.SIGUSR2, before)


def test_ways_of_pickling(states: dict[str, State], users: dict[str, Any]) -> None:
    copyreg.pickle(users["Row"], users["hook"])
    there_and_back(states["ways of pickling"], {users["Row"]: users["hook"]})
    states["ways of pickling"].set(None)
    assert users["Row"] not in copyreg.dispatch_table


def test_the_timeout_of_sockets(states: dict[str, State]) -> None:
    socket.setdefaulttimeout(3.5)
    there_and_back(states["timeout of sockets"], 3.5)


def test_adapters_of_a_database(states: dict[str, State], users: dict[str, Any]) -> None:
    sqlite3.register_adapter(users["Row"], users["hook"])
    sqlite3.register_converter("row", users["hook"])
    state = states["adapters of sqlite3"]
    there_and_back(state, ({(users["Row"], sqlite3.PrepareProtocol): users["hook"]}, {"ROW": users["hook"]}))
    state.set(None)
    assert "ROW" not in sqlite3.converters  # type: ignore[attr-defined]
    assert "DATE" in sqlite3.converters  # type: ignore[attr-defined]
