"""The same versions of the user's own modules on both sides: those that the kernel has imported.

The kernel says with a cell which local modules it has loaded, made from which source (`Loaded`); the worker
forgets its own where they are others. After the cell the worker says what the cell has imported, loaded again or
forgotten (`Happened`). Both are pickled in front of what refers to the modules, and act when they are unpickled.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from types import ModuleType
from typing import Any, NamedTuple

from cellburst.cells.imports import Observer, Pin, Seen, facts_of, observer
from cellburst.cells.late import fits, source_as_imported
from cellburst.cells.module_state import held_by
from cellburst.payload import places
from cellburst.payload.silence import unlogged

Version = tuple[str, str, bool, str, bytes | None]  # name, file, is a package, digest, source if not that on disk


class Step(NamedTuple):
    """``what`` happened to a module: "import", "reload", "renew" (forgotten, then imported) or "forget"."""

    what: str
    version: Version


class _Role:
    """What this process does with what it unpickles: a worker aligns, a kernel follows while it brings a cell back."""

    aligns = False
    follows = False
    has_followed = False
    aligned = False
    problems: dict[str, str]
    earlier: dict[str, ModuleType]  # by name, what was loaded before


role = _Role()
role.problems = {}
role.earlier = {}


class Loaded:
    """The kernel's local modules, among the inputs of a cell."""

    def __init__(self, versions: tuple[Version, ...]) -> None:
        self.versions = versions

    def __reduce__(self) -> tuple[Any, ...]:
        return align, (self.versions,)


class Happened:
    """What a cell did to its local modules, in front of what it left."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self.steps = steps

    def __reduce__(self) -> tuple[Any, ...]:
        return follow, (tuple((step.what, step.version) for step in self.steps),)


def loaded_here(own: Observer = observer) -> tuple[tuple[Version, ...], list[str]]:
    """The versions of the local modules of this process, and those of which nobody knows what they were made from."""
    versions: list[Version] = []
    lost: list[str] = []
    for name, seen in sorted(own.loaded().items()):
        if _find_source(seen):
            versions.append(version_of(name, seen))
        else:
            lost.append(name)
    return tuple(versions), lost


def version_of(name: str, seen: Seen) -> Version:
    """What another process needs to make the same module."""
    source = seen.source if is_edited(seen) else None  # asked first: it may find that the module was updated
    return name, seen.path, hasattr(seen.module, "__path__"), seen.digest, source


def _find_source(seen: Seen) -> bool:
    """Whether it is known what the module was made from; a compiled one is made from its file."""
    if seen.source is None and seen.path.endswith((".py", ".pyw")) and not seen.digest:
        source = source_as_imported(seen.module, seen.path)
        if source is None:
            return False
        seen.remember(source)
    return True


def is_edited(seen: Seen) -> bool:
    """Whether its source is not what a file of that name holds."""
    if seen.source is None:
        return False
    if seen.is_archived():
        return True
    facts = facts_of(seen.path)
    if facts == seen.facts and facts:
        return False
    try:
        with open(seen.path, "rb") as file:
            on_disk = file.read()
    except OSError:
        return True
    if on_disk != seen.source and not _was_updated(seen, on_disk):
        return True
    seen.facts = facts
    return False


def _was_updated(seen: Seen, on_disk: bytes) -> bool:
    """Whether its functions are those on disk by now, as `%autoreload` makes them without executing the module."""
    if seen.source is None or fits(seen.source, seen.module, seen.path) or not fits(on_disk, seen.module, seen.path):
        return False
    seen.remember(on_disk)
    return True


def align(versions: tuple[Version, ...], own: Observer = observer) -> None:
    """In a worker: forget the local modules that the kernel does not have like this, and import its versions next."""
    if not role.aligns:
        return
    role.aligned = True
    wanted = {version[0]: version for version in versions}
    others = {
        name
        for name, seen in own.loaded().items()
        if name not in wanted or wanted[name][1] != seen.path or wanted[name][3] != seen.digest or seen.is_dirty
    }
    forget_with_dependents(others, own)
    here = own.loaded()
    own.pins = {
        name: Pin(path, package, source) for name, path, package, _, source in versions if name not in here and path
    }


def forget_with_dependents(names: set[str], own: Observer = observer) -> None:
    """Forget modules, and those that have something from them."""
    if names:
        from cellburst.cells.local_modules import with_dependents

        modules = {name: seen.module for name, seen in own.loaded().items()}
        own.forget(sorted(with_dependents(set(names) & set(modules), modules)))


Before = dict[str, tuple[ModuleType, int]]


def before(own: Observer = observer) -> Before:
    """The local modules when a cell starts, and how often they were executed."""
    return {name: (seen.module, seen.runs) for name, seen in own.loaded().items()}


def replaced(then: Before) -> dict[str, ModuleType]:
    """Modules of then that are not loaded under their names any more, by place."""
    return {f":{name}": module for name, (module, _) in then.items() if sys.modules.get(name) is not module}


def happened(then: Before, own: Observer = observer) -> tuple[Step, ...]:
    """What the cell has done to them since."""
    now = own.loaded()
    steps = [Step("forget", (name, "", False, "", None)) for name in then if name not in now]
    for name, seen in now.items():  # in the order of their first import
        known = then.get(name)
        if known == (seen.module, seen.runs):
            continue
        what = "import" if known is None else "reload" if known[0] is seen.module else "renew"
        steps.append(Step(what, version_of(name, seen)))
    return tuple(steps)


def follow(steps: tuple[tuple[str, Version], ...], own: Observer = observer) -> None:
    """In a kernel that brings a cell back: do the same, without a sound. What fails is said by ``role.problems``."""
    if not role.follows or role.has_followed:  # what a cell left may be unpickled again, to leave out a part
        return
    role.has_followed = True
    loaded = own.loaded()
    for _, (name, *_rest) in steps:
        if name in loaded:
            role.earlier[name] = places.earlier[f":{name}"] = loaded[name].module
            places.earlier.update(held_by(loaded[name].module))
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), unlogged():
        importlib.invalidate_caches()
        for what, version in steps:
            _prepare(what, version, own)
        for what, version in steps:
            try:
                _do(what, version, own)
            except (Exception, SystemExit) as error:
                role.problems[version[0]] = f"{what} failed here: {type(error).__name__}: {error}"
        for _, version in steps:
            own.pins.pop(version[0], None)


def _prepare(what: str, version: Version, own: Observer) -> None:
    """Forget what is to be imported anew; a package may be imported by its modules."""
    name, path, package, digest, source = version
    loaded = own.loaded().get(name)
    if what == "import" and loaded is not None and loaded.digest == digest:
        return
    if what != "reload" or loaded is None:
        own.forget([name])
        if what != "forget":
            own.pins[name] = Pin(path, package, source)


def _do(what: str, version: Version, own: Observer) -> None:
    name, path, package, _, source = version
    if what == "reload" and name in own.loaded():
        own.reload(name, Pin(path, package, source))
    elif what != "forget":
        importlib.import_module(name)


@contextmanager
def following() -> Iterator[dict[str, str]]:
    """Inside, what a cell did to local modules is done here too; what went wrong with which module."""
    role.follows, role.has_followed, role.problems, role.earlier = True, False, {}, {}
    try:
        yield role.problems
    finally:
        role.follows = False
        places.earlier.clear()
