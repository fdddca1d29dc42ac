"""Log handlers that can be taken along: a class and what is in the instance, but neither its lock nor an open file."""

from __future__ import annotations

import logging
import sys
from typing import Any, cast

from cellburst.payload import log_handlers, pickling

# A handler as it is sent: what it is known by, its class, its attributes. Its attributes are the handler's own, so that
# a list that it collects records in is one object with what is sent.
Spec = tuple[int, Any, dict[str, Any]]

_LEFT_BEHIND = frozenset({"lock", "stream", "mode"})
_STREAMS = ("stdout", "stderr")
_PLAIN = frozenset({logging.StreamHandler, logging.FileHandler})
_MUCH = 1 << 60  # no buffer is so large: everything is in the stream


class AbsentHandler(logging.Handler):
    """In the place of one that could not come along; says so when it is needed."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what
        self._said = False

    def emit(self, record: logging.LogRecord) -> None:
        """Say what a record did not reach."""
        if not self._said:
            self._said = True
            sys.stderr.write(
                f"cellburst: log records of this cell do not reach {self.what}, which cannot leave the kernel\n"
            )


def spec_of(handler: logging.Handler) -> Spec:
    """The handler, ready to be sent."""
    key = log_handlers.key_of(handler)
    if isinstance(handler, AbsentHandler):
        return key, None, {"what": handler.what, "level": handler.level}
    kept = {name: value for name, value in vars(handler).items() if name not in _LEFT_BEHIND}
    if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler):
        kept["stream"] = _named(handler.stream)
    spec = key, type(handler), kept
    if type(handler) not in _PLAIN or not isinstance(kept.get("stream", ""), str):
        try:
            pickling.dump(spec, _MUCH)
        except (Exception, SystemExit, GeneratorExit):
            return key, None, {"what": f"the handler {handler!r}", "level": handler.level}
    return spec


def _named(stream: Any) -> Any:
    """The name of a standard stream: each process has its own."""
    real = getattr(stream, "cellburst_real", stream)
    return next((name for name in _STREAMS if getattr(sys, name) is real), real)


def handler_of(spec: Spec, here: list[logging.Handler]) -> logging.Handler:
    """The handler that is meant, if it is here made like the one that was sent, or a new one."""
    key, kind, kept = spec
    known = next((one for one in here if log_handlers.key_of(one) == key), None) or log_handlers.known_by(key)
    if known is not None and kind is None and known in here:
        return cast(logging.Handler, known)
    if known is not None and type(known) is kind:
        vars(known).update({name: value for name, value in kept.items() if name not in _LEFT_BEHIND})
        return cast(logging.Handler, known)
    made: logging.Handler
    if kind is None:
        made = AbsentHandler(kept["what"])
        made.setLevel(kept["level"])
    else:
        made = _make(kind, kept)
    log_handlers.know(made, key)
    return made


def _make(kind: type[logging.Handler], kept: dict[str, Any]) -> logging.Handler:
    made = kind.__new__(kind)
    vars(made).update(kept)
    made.createLock()
    if kept.get("stream") in _STREAMS:
        vars(made)["stream"] = getattr(sys, kept["stream"])
    if isinstance(made, logging.FileHandler):  # opened by its first record; what is in the file already stays
        made.stream, made.mode = cast(Any, None), "a"
    if made.name:
        logging._handlers[made.name] = made  # type: ignore[attr-defined]
    logging._addHandlerRef(made)  # type: ignore[attr-defined]
    return made
