"""Seeing modules of the user's own right after they have run: their source, and what they held then.

A finder that finds nothing by itself wraps the loaders of local modules. In a worker it also makes a module from
the kernel's version of its source, which may be another than the one on disk (`cells/versions.py`).
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import partial
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from cellburst.cells import local_modules
from cellburst.cells.loaders import execute_by, found_by_others, watch, watches

if TYPE_CHECKING:
    from cellburst.cells.module_state import Baseline

_RECENT = 2.0  # seconds; the time stamp in compiled code counts whole ones


@dataclass
class Seen:
    """A local module that is loaded. ``source`` is what it was made from, None if that is not known.

    ``facts`` are those of its file then. ``runs`` counts how often it was executed in this place; ``base`` is what it
    held after the last time, None for a module that was loaded before anybody looked.
    """

    module: ModuleType
    path: str
    source: bytes | None = None
    facts: tuple[int, ...] = ()
    runs: int = 1
    base: Baseline | None = None
    digest: str = field(init=False)

    is_dirty: bool = False
    """Whether a task has changed what it holds, so that it must be made anew for the next."""

    def __post_init__(self) -> None:
        self.digest = "" if self.source is None else _digest(self.source)

    def remember(self, source: bytes) -> None:
        """It was made from this."""
        self.source = source
        self.__post_init__()

    def is_archived(self) -> bool:
        """Whether it is part of an archive, so that its path is no file."""
        return hasattr(self.module.__loader__, "archive")


@dataclass(frozen=True)
class Pin:
    """The version of a module that the next import of its name is to give. ``source`` None: what is on disk."""

    path: str
    is_package: bool = False
    source: bytes | None = None


class Observer:
    """Knows the local modules of this process; ``pins`` are those that it makes itself."""

    def __init__(self) -> None:
        self.seen: dict[str, Seen] = {}
        self.pins: dict[str, Pin] = {}
        self._earlier: dict[str, Any] = {}
        self._again: dict[str, Pin] = {}
        self._installed: set[str] = set()  # packages that are nobody's own
        self._finding = threading.local()

    def install(self) -> None:
        """From now on; of modules that are loaded already nobody knows what they held at first."""
        if self not in sys.meta_path:
            local_modules.prepare()
            sys.meta_path.insert(0, self)
            self._earlier = dict(sys.modules)

    def look_back(self) -> None:
        """Find the local ones among the modules that were loaded before ``install``."""
        earlier, self._earlier = self._earlier, {}
        if earlier:
            for name, module in local_modules.loaded(earlier).items():
                if (path := source_of(module)) and sys.modules.get(name) is module:
                    self.seen.setdefault(name, Seen(module, path))

    def loaded(self) -> dict[str, Seen]:
        """The local modules that are loaded now."""
        if not self.seen:
            return {}
        modules = sys.modules
        return {name: seen for name, seen in self.seen.items() if modules.get(name) is seen.module}

    def forget(self, names: Sequence[str]) -> None:
        """Let the next import of these make them anew."""
        for name in names:
            module = sys.modules.pop(name, None)
            self.seen.pop(name, None)
            parent, _, last = name.rpartition(".")
            if module is not None and vars(sys.modules.get(parent, module)).get(last) is module:
                delattr(sys.modules[parent], last)

    def reload(self, name: str, pin: Pin) -> None:
        """Execute a loaded module again in its place, from what ``pin`` says."""
        self._again[name] = pin
        try:
            importlib.reload(sys.modules[name])
        finally:
            self._again.pop(name, None)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] in self._installed:
            return None
        pin = self._again.get(name) or (None if name in sys.modules else self.pins.pop(name, None))
        if pin is not None:  # only once: a later import reads what is there then
            return self._pinned(name, pin)
        with self._once(name) as first:
            spec = found_by_others(self, name, path, target) if first else None
        if spec is None or not hasattr(spec.loader, "exec_module"):
            return spec
        if not _is_local(spec):
            if "." not in name:
                self._installed.add(name)
            return spec
        return watch(spec, partial(_execute, self._note, None))

    @contextmanager
    def _once(self, name: str) -> Iterator[bool]:
        """Whether this thread is not yet looking for that name: another finder may ask all finders, too."""
        names = self._finding.__dict__.setdefault("names", set())
        first = name not in names
        names.add(name)
        try:
            yield first
        finally:
            if first:
                names.discard(name)

    def _pinned(self, name: str, pin: Pin) -> ModuleSpec | None:
        below = [os.path.dirname(pin.path)] if pin.is_package else None
        spec = importlib.util.spec_from_file_location(name, pin.path, submodule_search_locations=below)
        if spec is None or not hasattr(spec.loader, "exec_module"):
            return None
        for other in watches:
            spec = other(name, spec)
        return watch(spec, partial(_execute, self._note, pin))

    def _note(self, module: ModuleType, path: str, source: bytes | None, left_over: frozenset[str]) -> None:
        name = module.__name__
        known = self.seen.get(name)
        runs = known.runs + 1 if known is not None and known.module is module else 1
        seen = self.seen[name] = Seen(module, path, source, facts_of(path), runs)
        with suppress(Exception):  # whatever the user's objects do: it is their import
            from cellburst.cells.module_state import Baseline  # with the pickler behind it; few modules are local

            seen.base = Baseline(module, left_over)


def _execute(note: Callable[..., None], pin: Pin | None, real: Any, module: ModuleType) -> None:
    """Execute a local module, from the pinned source if there is one, and tell what was made."""
    before = dict(vars(module))
    path = str(getattr(module, "__file__", None) or "")
    pinned = None if pin is None else pin.source
    source = _source(real, path) if pinned is None else pinned
    with _silence() if pin is not None else nullcontext():  # the kernel has heard it
        if source is not None and (pinned is not None or _may_be_stale(path, module)):
            code = compile(source, path, "exec", dont_inherit=True)
            execute_by(real, module, lambda made: exec(code, vars(made)))
        else:
            real.exec_module(module)
    left_over = frozenset(name for name, value in before.items() if vars(module).get(name, before) is value)
    note(module, path, source, left_over)


def _source(loader: Any, path: str) -> bytes | None:
    if not path.endswith((".py", ".pyw")):
        return None
    with suppress(Exception):
        found: bytes = loader.get_data(path)
        return found
    return None


@contextmanager
def _silence() -> Iterator[None]:
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        yield


def _may_be_stale(path: str, module: ModuleType) -> bool:
    """Whether compiled code on disk may be that of an earlier edit in the same second."""
    try:
        written = os.stat(path).st_mtime
        compiled = os.stat(str(getattr(module, "__cached__", None) or "")).st_mtime
    except OSError:
        return False
    return compiled - written < _RECENT or time.time() - written < _RECENT


def _is_local(spec: ModuleSpec) -> bool:
    origin = spec.origin
    if not isinstance(origin, str) or origin in ("built-in", "frozen") or not spec.has_location:
        return False
    return spec.name.partition(".")[0] not in local_modules.NEVER and not local_modules.is_installed(origin)


def _digest(source: bytes) -> str:
    import xxhash

    return xxhash.xxh3_128(source).hexdigest()


def source_of(module: ModuleType) -> str:
    """The file of a module, as it says; empty if it has none."""
    return str(getattr(module, "__file__", None) or "")


def facts_of(path: str) -> tuple[int, ...]:
    """What changes when a file is written; empty if there is none."""
    try:
        facts = os.stat(path)
    except OSError:
        return ()
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


observer = Observer()
"""This process's."""
