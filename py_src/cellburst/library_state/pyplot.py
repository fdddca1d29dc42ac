"""The figures that pyplot keeps, and which of them is the current one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from cellburst.library_state.registry import State

_Figures = tuple[tuple[Any, Any], ...]  # numbers and figures; the last is the current one


def _managers() -> Any:
    return sys.modules["matplotlib._pylab_helpers"].Gcf


def _get_figures() -> _Figures | None:
    return tuple([(number, manager.canvas.figure) for number, manager in _managers().figs.items()]) or None


def announced() -> bool:
    """Whether there are figures that would announce themselves to pyplot when unpickled, but for ``unannounced``."""
    helpers: Any = sys.modules.get("matplotlib._pylab_helpers")
    return helpers is not None and bool(helpers.Gcf.figs)


@contextmanager
def unannounced() -> Iterator[None]:
    """Figures that are pickled in here do not announce themselves to pyplot when unpickled: the state does that.

    They would do so before the backend that draws them is set, and under other numbers.
    """
    helpers: Any = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None or not helpers.Gcf.figs:
        yield
        return
    kept = list(helpers.Gcf.figs.items())
    helpers.Gcf.figs.clear()
    try:
        yield
    finally:
        helpers.Gcf.figs.update(kept)


def _set_figures(value: _Figures | None) -> None:
    managers = _managers()
    here = {id(manager.canvas.figure): manager for manager in managers.figs.values()}
    kept = {number: here.get(id(figure)) or _manager(number, figure) for number, figure in value or ()}
    for manager in list(managers.figs.values()):
        if not any(manager is one for one in kept.values()):
            managers.destroy(manager)
    managers.figs.clear()
    for number, manager in kept.items():
        manager.num = number
        with suppress(AttributeError):  # a property in some versions
            manager.canvas.figure.number = number
        managers.figs[number] = manager


def _manager(number: Any, figure: Any) -> Any:
    pyplot: Any = sys.modules["matplotlib.pyplot"]
    made = pyplot._get_backend_mod().new_figure_manager_given_figure(number, figure)
    _managers()._set_new_active_manager(made)
    return made


def _sent_otherwise(_: Any = None) -> None:
    return None


SHOWN = "value as shown"
"""How the value of a cell looked before its figures were drawn; ``display.given`` shows it."""
STATES = (
    State("pyplot figures", "matplotlib.pyplot", _get_figures, _set_figures, holds=True, announced=True),
    State(SHOWN, "matplotlib.pyplot", _sent_otherwise, _sent_otherwise),
)
