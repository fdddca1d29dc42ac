"""How log handlers are pickled: without their lock and without an open file, each of which a process makes itself."""

from __future__ import annotations

import itertools
import os
import sys
import weakref
from importlib import import_module
from typing import Any

OWN_TO_A_PROCESS = frozenset({"lock", "stream"})
"""Attributes that are not looked into."""
OF_LOGGER = "of a logger"
"""Begins the name of a logger's list, where others are paths."""
_STREAMS = ("stdout", "stderr")
_keys: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
_by_key: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()  # the last of each that was made here
_numbers = itertools.count(1)


def key_of(handler: Any) -> int:
    """What a handler is known by in all processes: a logger's and a variable's are the same one everywhere."""
    key = _keys.get(handler)
    if key is None:
        key = (os.getpid() << 32) + next(_numbers)
        know(handler, key)
    return key


def known_by(key: int) -> Any:
    """This process's handler, None if there is none."""
    return _by_key.get(key)


def know(handler: Any, key: int) -> None:
    """This is the handler of that key here."""
    _keys[handler] = key
    _by_key[key] = handler


def lists_of_loggers() -> dict[int, tuple[str, str, str]]:
    """By ``id``, what names the list of each logger's handlers or filters, which the other side's logger has, too."""
    logging: Any = sys.modules.get("logging")
    if logging is None:
        return {}
    loggers = [logging.root, *(one for one in logging.root.manager.loggerDict.values() if hasattr(one, "handlers"))]
    return {id(getattr(one, part)): (OF_LOGGER, one.name, part) for one in loggers for part in ("handlers", "filters")}


def list_of_logger(named: tuple[str, str, str]) -> Any:
    """This process's list that another has named."""
    logging = import_module("logging")
    return getattr(logging.getLogger(named[1]), named[2])


def is_handler(kind: type) -> bool:
    """Whether instances of the type are log handlers, pickled by their attributes."""
    logging: Any = sys.modules.get("logging")
    return logging is not None and issubclass(kind, logging.Handler) and hasattr(logging.Handler, "createLock")


def reduce_handler(handler: Any, _: Any) -> Any:
    """A handler of the same class with the same attributes and a lock of its own."""
    logging: Any = sys.modules["logging"]
    if "lock" not in vars(handler):
        return NotImplemented
    kept = {name: value for name, value in vars(handler).items() if name != "lock"}
    if isinstance(handler, logging.FileHandler):  # opened by its first record; what is in the file already stays
        kept["stream"], kept["mode"] = None, "a"
    elif isinstance(handler, logging.StreamHandler):
        kept["stream"] = _named(handler.stream)
    return make_handler, (type(handler), key_of(handler)), kept, None, None, fill_handler


def make_handler(kind: Any, key: int) -> Any:
    """A handler without anything, whose attributes are set by ``fill_handler``."""
    made: Any = kind.__new__(kind)
    know(made, key)
    return made


def fill_handler(handler: Any, kept: dict[str, Any]) -> None:
    """Make it like the one that was sent, and known to logging."""
    logging: Any = sys.modules["logging"]
    vars(handler).update(kept)
    if isinstance(name := kept.get("stream"), str) and name in _STREAMS:
        vars(handler)["stream"] = getattr(sys, name)
    handler.createLock()
    if handler.name:
        logging._handlers[handler.name] = handler
    logging._addHandlerRef(handler)


def _named(stream: Any) -> Any:
    """The name of a standard stream: each process has its own."""
    real = getattr(stream, "cellburst_real", stream)
    ours = {name: getattr(sys, name) for name in _STREAMS}
    return next((name for name, now in ours.items() if getattr(now, "cellburst_real", now) is real), real)
