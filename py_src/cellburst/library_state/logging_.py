"""What logging was told: levels, handlers, filters and the rest of every logger that is not as it was made."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from cellburst.library_state.handlers import Spec, handler_of, spec_of
from cellburst.library_state.registry import State

# Loggers of the programs that run the code; where their records go is no business of the notebook's.
_PROGRAMS = ("tornado", "traitlets", "IPKernelApp", "ipykernel", "asyncio")
_BY_THEMSELVES = frozenset({"torch"})  # libraries that configure dozens of loggers when they are imported
_OF_WARNINGS = "py.warnings"  # gets a handler that does nothing with the first warning that is captured
_NAMES = {0: "NOTSET", 10: "DEBUG", 20: "INFO", 30: "WARNING", 40: "ERROR", 50: "CRITICAL"}


class Logger(NamedTuple):
    """How a logger is configured."""

    level: int = 0
    propagate: bool = True
    disabled: bool = False
    handlers: list[Spec] = []
    filters: list[Any] = []


class Logging(NamedTuple):
    """How logging is configured; ``levels`` are names of levels that are not Python's own.

    ``has_captured``: a warning has become a record.
    """

    disable: int
    captures: bool
    levels: dict[int, str]
    loggers: dict[str, Logger]
    has_captured: bool = False


_FRESH = Logger()
_FRESH_ROOT = Logger(logging.WARNING)
_NOTHING = Logging(0, False, {}, {})
_Configuration = tuple[int, bool, bool, list[logging.Handler], list[Any]]
_of_libraries: dict[str, _Configuration] = {}
_seen: frozenset[str] = frozenset()  # loggers that were not as they were made when they were read last


def configured() -> frozenset[str]:
    """The loggers that are not as they were made; the root is the one without a name."""
    found = {name for name, one in logging.root.manager.loggerDict.items() if _is_configured(one)}
    return frozenset(found | {""} if _is_configured(logging.root) else found)


def keep_for_libraries(names: frozenset[str]) -> None:
    """These were configured by a library that was just imported: it will not do so again."""
    for name in names:
        _of_libraries[name] = _configuration(logging.getLogger(name))


def _configuration(one: logging.Logger) -> _Configuration:
    return one.level, one.propagate, one.disabled, list(one.handlers), list(one.filters)


def _is_as_its_library_left_it(name: str) -> bool:
    """Whether the same import on the other side makes the logger the same."""
    return name in _of_libraries and _of_libraries[name] == _configuration(logging.getLogger(name))


def _keep_what_libraries_own(names: Sequence[str]) -> None:
    """In a kernel nobody sees a library's import end: its loggers are taken as they are found first."""
    new = [name for name in names if name not in _of_libraries and name.partition(".")[0] in _BY_THEMSELVES]
    keep_for_libraries(frozenset(name for name in new if name.partition(".")[0] in sys.modules))


def _is_configured(one: Any) -> bool:
    if type(one) is logging.PlaceHolder:
        return False
    if one.handlers and not all(type(handler) is logging.NullHandler for handler in one.handlers):
        return True
    usual = logging.WARNING if one is logging.root else 0
    return one.level != usual or not one.propagate or one.disabled or bool(one.filters)


def _get() -> Logging | None:
    global _seen
    found = [name for name in configured() if name.partition(".")[0] not in _PROGRAMS]
    if any(name not in _of_libraries for name in found):
        _keep_what_libraries_own(found)
    _seen = frozenset([name for name in found if not _is_as_its_library_left_it(name)])
    names = logging._levelToName
    levels = {} if names == _NAMES else {level: name for level, name in names.items() if _NAMES.get(level) != name}
    captures = logging._warnings_showwarning is not None  # type: ignore[attr-defined]
    loggers = {name: _read(logging.getLogger(name)) for name in sorted(_seen)}
    all_of_it = Logging(logging.root.manager.disable, captures, levels, loggers, bool(_quiet_handlers()))
    return None if all_of_it == _NOTHING else all_of_it


def _quiet_handlers() -> list[logging.Handler]:
    one = logging.root.manager.loggerDict.get(_OF_WARNINGS)
    return [handler for handler in getattr(one, "handlers", ()) if type(handler) is logging.NullHandler]


def _read(one: logging.Logger) -> Logger:
    handlers = [spec_of(handler) for handler in one.handlers if type(handler) is not logging.NullHandler]
    return Logger(one.level, one.propagate, one.disabled, handlers, list(one.filters))


def _set(value: Logging | None) -> None:
    wanted = value or _NOTHING
    logging.disable(wanted.disable)
    if wanted.captures != (logging._warnings_showwarning is not None):  # type: ignore[attr-defined]
        logging.captureWarnings(wanted.captures)
    if wanted.has_captured and not _quiet_handlers():
        logging.getLogger(_OF_WARNINGS).addHandler(logging.NullHandler())
    elif not wanted.has_captured:
        for handler in _quiet_handlers():
            logging.getLogger(_OF_WARNINGS).removeHandler(handler)
    for level in set(logging._levelToName) - set(_NAMES) - set(wanted.levels):
        logging._nameToLevel.pop(logging._levelToName.pop(level), None)
    for level, name in {**_NAMES, **wanted.levels}.items():
        if logging.getLevelName(level) != name:
            logging.addLevelName(level, name)
    for name in _seen - set(wanted.loggers):
        _reset(name)
    for name, one in wanted.loggers.items():
        _configure(logging.getLogger(name), one)
    logging.root.manager._clear_cache()  # type: ignore[attr-defined]


def _reset(name: str) -> None:
    one = logging.getLogger(name)
    if name in _of_libraries:
        one.level, one.propagate, one.disabled, handlers, filters = _of_libraries[name]
        one.handlers[:], one.filters[:] = handlers, filters
    else:
        _configure(one, _FRESH if name else _FRESH_ROOT)


def _configure(one: logging.Logger, wanted: Logger) -> None:
    one.level, one.propagate, one.disabled = wanted.level, wanted.propagate, wanted.disabled
    quiet: list[logging.Handler] = [handler for handler in one.handlers if type(handler) is logging.NullHandler]
    one.handlers[:] = [handler_of(spec, one.handlers) for spec in wanted.handlers] + quiet
    one.filters[:] = wanted.filters


STATES = (State("logging", "logging", _get, _set, holds=True, calls=True),)
