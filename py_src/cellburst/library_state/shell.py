"""What IPython's shell remembers between cells: magics, aliases, formatters, options, callbacks, history.

In the kernel a state says what the cell at hand needs of it, and in the worker what the cell has made of it. A worker
whose shell is not loaded keeps a state as it came until it is.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cellburst.library_state import last_error, shell_callbacks, shell_commands, shell_inputs, shell_options
from cellburst.library_state.registry import State
from cellburst.library_state.shell_part import Part, Uses

PARTS: tuple[Part, ...] = (
    *shell_inputs.PARTS,
    *shell_options.PARTS,
    *shell_commands.PARTS,
    *shell_callbacks.PARTS,
)


@dataclass
class _Side:
    """This process: a kernel, whose cell at hand uses ``uses``, or a worker with a way to its shell."""

    uses: Uses | None = None
    worker_shell: Callable[[], Any] | None = None


_side = _Side()
_waiting: dict[str, Any] = {}  # of a worker without a shell, by the name of the part
_sources: dict[str, tuple[str, int]] = {}  # of a worker: what the kernel has sent
_entries: dict[str, Any] = {}  # ours among the lines that tracebacks know


def prepare(uses: Uses | None) -> None:
    """In a kernel: the states that are read, and set, from now on are for a cell that uses this."""
    _side.uses = uses


def work_for(shell: Callable[[], Any]) -> None:
    """In a worker: ``shell()`` is its shell, None while it is not loaded."""
    _side.worker_shell = shell


def arrived(shell: Any) -> None:
    """In a worker: its shell was loaded; what was kept for it is set."""
    shell_commands.remember(shell)
    shell_callbacks.remember(shell)
    _name_cells(shell)
    for part in PARTS:
        if part.name in _waiting:
            part.set(shell, _waiting.pop(part.name), None)


def _state(part: Part) -> State:
    def get() -> Any:
        if _side.worker_shell is not None:
            shell = _side.worker_shell()
            return _waiting.get(part.name) if shell is None else part.get(shell, None)
        uses = _side.uses
        return part.get(uses.shell, uses) if uses is not None and part.wanted(uses) else None

    def set_(value: Any) -> None:
        if _side.worker_shell is None:
            if _side.uses is not None:
                part.set(_side.uses.shell, value, _side.uses)
        elif (shell := _side.worker_shell()) is not None:
            part.set(shell, value, None)
        elif value is None:
            _waiting.pop(part.name, None)
        else:
            _waiting[part.name] = value

    return State(f"IPython {part.name}", "", get, set_, holds=part.holds)


def _get_sources() -> Any:
    if _side.worker_shell is None:
        return dict(_side.uses.sources) or None if _side.uses is not None else None
    return dict(_sources) or None


def _set_sources(value: Any) -> None:
    """Let tracebacks, warnings and ``inspect`` find the lines of functions from earlier cells."""
    if _side.worker_shell is None:
        return
    for filename, entry in _entries.items():
        if linecache.cache.get(filename) is entry:  # a traceback may have brought the same
            del linecache.cache[filename]
    _entries.clear()
    _sources.clear()
    for filename, (text, number) in (value or {}).items():
        _sources[filename] = (text, number)
        if text:
            _entries[filename] = entry = len(text), None, text.splitlines(keepends=True), filename
            linecache.cache[filename] = entry
    if (shell := _side.worker_shell()) is not None:
        _name_cells(shell)


def _name_cells(shell: Any) -> None:
    """Let the shell call the cells what the kernel does: ``Cell In[3]``."""
    names = getattr(shell.compile, "_filename_map", None)
    if names is not None:
        names.clear()
        names.update({filename: number for filename, (_, number) in _sources.items()})
        if hasattr(shell.compile, "name_like"):
            shell.compile.name_like(list(_sources))


def _get_last_error() -> Any:
    if _side.worker_shell is None and (_side.uses is None or _side.uses.attributes.isdisjoint(last_error.NAMES)):
        return None
    return last_error.get()


def _set_last_error(value: Any) -> None:
    if _side.worker_shell is not None:  # a kernel has its own
        last_error.set_(value)


STATES: tuple[State, ...] = (
    State("cell sources", "", _get_sources, _set_sources),
    State("last error", "", _get_last_error, _set_last_error, holds=True),
    *map(_state, PARTS),
)
