"""Exceptions as something that can travel: with causes, contexts and notes, and without what cannot."""

from __future__ import annotations

from typing import Any

from cellburst.payload.exceptions import Links, fill, own_parts
from cellburst.payload.placeholders import Reason, Sent
from cellburst.worker.text import repr_of, type_name

_DEEPEST = 20


class Carried:
    """Pickles in the place of an exception and is unpickled as that exception, without frames.

    Arguments that ``can_travel`` says no to are replaced by their text, attributes by placeholders.
    """

    def __init__(self, error: BaseException, can_travel: Any = None, depth: int = 0) -> None:
        self._error = error
        self._can_travel = can_travel
        self._depth = depth

    def __reduce__(self) -> tuple[Any, ...]:
        error = self._error
        own = own_parts(error)
        cause = self._linked(error.__cause__)
        context = self._linked(None if error.__suppress_context__ else error.__context__)
        links: Any = Links(cause, context, error.__suppress_context__, None)  # type: ignore[arg-type]
        if own is None:
            return _with_links, (error, links)
        make, arguments, state = own if self._can_travel is None else self._reduced(*own)
        return make, arguments, (state, links), None, None, fill

    def _reduced(self, make: Any, arguments: tuple[Any, ...], state: Any) -> tuple[Any, tuple[Any, ...], Any]:
        fits = self._can_travel
        arguments = tuple(
            tuple(item if fits(item) else repr_of(item, 200) for item in part) if type(part) is tuple else part
            for part in arguments
        )
        if isinstance(state, dict):
            state = {name: value if fits(value) else _stand_in(name, value) for name, value in state.items()}
        return make, arguments, state

    def _linked(self, error: BaseException | None) -> Carried | None:
        if error is None or self._depth >= _DEEPEST:
            return None
        return Carried(error, self._can_travel, self._depth + 1)


def _stand_in(name: str, value: object) -> Sent:
    return Sent(Reason(f".{name}", "stays on the worker: it cannot be pickled", kind=type_name(value)))


def _with_links(error: BaseException, links: Links) -> BaseException:
    """Called by the unpickler."""
    fill(error, (None, links))
    return error
