"""Digests of the user's own modules: those that code imports, and those that they import in turn."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from importlib.machinery import PathFinder
from types import ModuleType
from typing import NamedTuple

from cellburst.cells.imports import observer
from cellburst.cells.local_modules import NEVER, is_installed

_IMPORTS = re.compile(rb"^[ \t]*(?:import[ \t]+([^#;\n]+)|from[ \t]+([\w.]+)[ \t]+import\b)", re.MULTILINE)
_MOST_READ = 2000  # files of one package; of a larger one size and time of change stand for the content
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})
_OWN, _TASK = "cellburst", "cellburst.worker.task"
_EXTENSIONS = (".py", ".so")


class Reached(NamedTuple):
    """The user's own modules that code may execute: their digest, and the names of modules and packages."""

    digest: bytes
    tops: frozenset[str]


def reached_from(names: Iterable[str]) -> Reached:
    """All own modules that these names lead to; what is installed is told by its version elsewhere.

    Of a package every file counts, whichever of its modules are imported.
    """
    made = blake2b(digest_size=16)
    as_imported = {seen.path: seen.digest for seen in observer.loaded().values() if seen.digest}
    known: set[str] = set()
    own: set[str] = set()
    waiting = _tops(names)
    while waiting - known:
        more: set[str] = set()
        for top in sorted(waiting - known):
            known.add(top)
            found = sorted(_files_of(top))
            own.update([top] if found else [])
            for path in found:
                digest, imports = _facts(path, _state_of(path), len(found) <= _MOST_READ)
                made.update(f"{top}|{path}|{as_imported.get(path, digest)}\n".encode(errors="surrogateescape"))
                more |= imports
        waiting |= more
    return Reached(made.digest(), frozenset(own))


def may_use_task(tops: frozenset[str]) -> bool:
    """Whether a loaded module of these has the task at hand, by which code may know which number it has."""
    modules = [module for name, module in sys.modules.copy().items() if name.partition(".")[0] in tops]
    return any(_has_task(module) for module in modules)


def _has_task(module: ModuleType) -> bool:
    own = [name for name, value in list(vars(module).items()) if type(value) is ModuleType and value.__name__ == _OWN]
    if any(type(value).__module__ == _TASK for value in list(vars(module).values())):
        return True
    if not own or not (path := getattr(module, "__file__", None)):
        return False
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return True
    return any(re.search(rf"\b{name}\s*\.\s*task\b", text) for name in own)


def _tops(names: Iterable[str]) -> set[str]:
    return {top for name in names if (top := name.partition(".")[0])}


def _files_of(top: str) -> Iterator[str]:
    """The files of a module or package that is the user's own; nothing for others."""
    if top in NEVER or top in sys.builtin_module_names or top in sys.stdlib_module_names:
        return
    spec = getattr(sys.modules.get(top), "__spec__", None)
    if spec is None:
        try:
            spec = PathFinder.find_spec(top)
        except (ImportError, ValueError, AttributeError):
            return
    if spec is None:
        return
    folders = list(spec.submodule_search_locations or ())
    if not folders and spec.origin and os.path.isfile(spec.origin) and not is_installed(spec.origin):
        yield spec.origin
    for folder in folders:
        if not is_installed(folder):
            yield from _below(folder)


def _below(folder: str) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in _SKIPPED and not name.startswith(".")]
        yield from (os.path.join(place, name) for name in files if name.endswith(_EXTENSIONS))


def _state_of(path: str) -> tuple[int, int, int]:
    try:
        facts = os.stat(path)
    except OSError:
        return (0, 0, 0)
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


@lru_cache(maxsize=8192)
def _facts(path: str, state: tuple[int, int, int], read: bool) -> tuple[str, frozenset[str]]:
    """A digest of a file, and the modules that it may import: more than it does, for texts look like imports too."""
    if not read:
        return f"{state}", frozenset()
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError:
        return f"{state}", frozenset()
    digest = blake2b(content, digest_size=16).hexdigest()
    return digest, frozenset(_imported(content)) if path.endswith(".py") else frozenset()


def _imported(content: bytes) -> Iterator[str]:
    for several, one in _IMPORTS.findall(content):
        for part in several.split(b",") if several else (one,):
            name = part.split(None, 1)[0].decode(errors="replace") if part.strip() else ""
            top = name.partition(".")[0]
            if top.isidentifier():
                yield top
