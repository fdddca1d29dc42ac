"""Importing here what a cell imports, while the worker imports it too.

The kernel would import it anyway when the cell's variables come back. Only installed packages: those that the cell
begins with, in import statements that nothing comes before but `%matplotlib inline` (whatever happens to the cell, it
runs these), and those that the worker says it has begun to import.
"""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from itertools import takewhile

from cellburst.payload.collecting import uncollected
from cellburst.payload.silence import Unlogged, unlogged

_NAMES = r"[\w.]+(?:\s+as\s+\w+)?"
_IMPORT = re.compile(rf"import\s+({_NAMES}(?:\s*,\s*{_NAMES})*)\s*(?:#.*)?;?$")
_INLINE = "get_ipython().run_line_magic('matplotlib', 'inline')"  # imports it, and so begins many a notebook
_FROM = re.compile(r"from\s+(\w[\w.]*)\s+import\s+(\(?)[^)]*(\)?)\s*(?:#.*)?$")


_MEDDLES = re.compile(r"\b(?:modules|meta_path|path_hooks)\b")  # with what imports are made of
# What the first cell is brought back with.
_NEXT = ("cellburst.payload.delta", "cellburst.payload.maps", "cellburst.payload.merge")


class Ahead:
    """What the kernel does while it waits for a cell; a module at a time, so that output and interrupts are in time."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._meddles = _MEDDLES.search(source) is not None
        self._waiting = deque(name for name in _NEXT if name not in sys.modules)
        self._unlogged: dict[str, list[Unlogged]] = {}

    def begin(self) -> None:
        """Import what the cell begins with."""
        self._unlogged = import_ahead(self._source)

    def imports(self, modules: Sequence[str]) -> None:
        """The cell has begun to import these; what they log is logged over there."""
        for name in modules:
            self._unlogged.pop(name, None)
        if not self._meddles:
            self._waiting.extend(name for name in modules if name not in sys.modules)

    @property
    def waits(self) -> bool:
        """Whether there is anything to import."""
        return bool(self._waiting)

    def go_on(self) -> None:
        """Import the next module."""
        name = self._waiting.popleft()
        if name in _NEXT:
            import_module(name)
        elif name not in sys.modules and _is_installed(name):
            _import([name])

    def end(self) -> None:
        """The cell has ended: log what modules logged here that the worker had already."""
        for records in self._unlogged.values():
            for logger, record in records:
                logger.callHandlers(record)
        self._unlogged = {}


def leading_imports(source: str) -> list[str]:
    """The modules that plain Python imports before it does anything else."""
    found: list[str] = []
    lines = iter(source.splitlines())
    for line in lines:
        text = line.rstrip()
        if not text or text.startswith("#"):
            continue
        if text == _INLINE:
            found.append("matplotlib.pyplot")
            continue
        if match := _IMPORT.match(text):
            found += [name.split()[0] for name in match.group(1).split(",")]
        elif match := _FROM.match(text):
            found.append(match.group(1))
            if match.group(2) and not match.group(3) and not _end_of_names(lines):
                break
        else:
            break
    return found


def _end_of_names(lines: Iterator[str]) -> bool:
    return any(")" in line for line in lines)


def import_ahead(source: str) -> dict[str, list[Unlogged]]:
    """Import what ``source`` begins with and is not loaded; what fails, fails in the cell. What each has logged."""
    missing = (name for name in leading_imports(source) if name not in sys.modules)
    wanted = list(takewhile(_is_installed, missing))  # after one that may fail, the cell may import no more
    return _import(wanted) if wanted else {}


def _import(names: Sequence[str]) -> dict[str, list[Unlogged]]:
    """Import them, up to one that fails; then look at the state of libraries, which is what comes next."""
    from cellburst.library_state.gathering import held
    from cellburst.library_state.quietly import quietly

    found = {}
    with quietly(), uncollected():  # the worker says what is to be said; nothing of what is imported is garbage
        for name in names:
            with unlogged() as found[name]:
                try:
                    import_module(name)
                except (Exception, SystemExit):
                    break
        held()
    return found


def _is_installed(name: str) -> bool:
    from cellburst.cells.local_modules import is_installed

    top = name.partition(".")[0]
    if top in sys.modules:
        return is_installed(str(getattr(sys.modules[top], "__file__", None) or ""))
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.has_location and is_installed(str(spec.origin))
