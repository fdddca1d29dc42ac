"""Modules whose source is the user's own: beside the notebook, or in an editable tree."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import ModuleType
from typing import Any

NEVER = frozenset({"__main__", "__mp_main__", "cellburst"})
"""Names of modules that are never anybody's own."""
_OF_PACKAGES = tuple(f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages"))
"""In the names of what is installed, also in an environment that is reached by a ``.pth`` file (``uv run --with``)."""


def is_local(module: object) -> bool:
    """Whether a module was loaded from a file outside the standard library and the installed packages."""
    name = getattr(module, "__name__", "")
    if not isinstance(name, str) or name.partition(".")[0] in NEVER:
        return False
    return any(not is_installed(path) for path in _origins(module))


def is_local_name(name: str) -> bool:
    """Whether a loaded module of that name is local."""
    return name in sys.modules and is_local(sys.modules[name])


def loaded(modules: Mapping[str, Any] | None = None) -> dict[str, ModuleType]:
    """The local modules among ``modules`` (those loaded, if not given), by name."""
    found = dict(sys.modules if modules is None else modules)
    return {name: module for name, module in found.items() if isinstance(module, ModuleType) and is_local(module)}


def folders() -> list[str]:
    """The folders that loaded local modules were found in by their names."""
    global _found
    if _found[0] != len(sys.modules):  # asked for every run; most change nothing
        tops = {name: module for name, module in sys.modules.copy().items() if "." not in name}
        _found = (
            len(sys.modules),
            list(filter(None, (_folder(name, loaded_) for name, loaded_ in loaded(tops).items()))),
        )
    return _found[1]


_found: tuple[int, list[str]] = (0, [])


def _folder(name: str, module: ModuleType) -> str | None:
    origin = _origins(module)[0]
    if hasattr(module, "__path__") and os.path.basename(origin).startswith("__init__."):
        origin = os.path.dirname(origin)
    folder, file = os.path.split(os.path.abspath(origin))
    return folder if file.partition(".")[0] == name else None  # else it was not found by its name


def extra_path(path: Iterable[str] | None = None) -> tuple[str, ...]:
    """The entries of ``sys.path`` that are this notebook's own; the empty one is written out."""
    entries = (entry or os.getcwd() for entry in (sys.path if path is None else path))
    return tuple(dict.fromkeys(entry for entry in entries if not is_installed(entry)))


def _origins(module: object) -> list[str]:
    """The file of a module, or the folders of a package without one."""
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return [file]
    if getattr(module, "__spec__", None) is None:
        return []
    try:
        return [str(path) for path in getattr(module, "__path__", ())]
    except Exception:
        return []


def _source(module: ModuleType) -> str | None:
    origins = _origins(module)
    return origins[0] if origins and os.path.isfile(origins[0]) else None


def is_hidden(module: ModuleType) -> bool:
    """Whether importing its name now would give another file: a notebook elsewhere may have a module of that name."""
    if "." in module.__name__ or _source(module) is None:
        return False
    try:
        specs = (finder.find_spec(module.__name__, None) for finder in sys.meta_path)
        spec = next((spec for spec in specs if spec is not None), None)
    except Exception:
        return False
    if spec is None:
        return True
    return spec.origin is not None and os.path.realpath(spec.origin) != os.path.realpath(module.__file__ or "")


def with_dependents(changed: set[str], modules: Mapping[str, ModuleType]) -> set[str]:
    """The ``changed`` modules, those that have something from them, and what lies below any of these."""
    parts = {name: _names_used(module) for name, module in modules.items()}
    while True:
        more = {
            name
            for name in modules
            if name not in changed and (parts[name] & changed or any(name.startswith(f"{top}.") for top in changed))
        }
        if not more:
            return changed
        changed |= more


def _names_used(module: ModuleType) -> set[str]:
    """The modules that a module's variables are, or come from."""
    found: set[str] = set()
    for value in list(vars(module).values()):
        name = value.__name__ if isinstance(value, ModuleType) else getattr(type(value), "__module__", None)
        own = getattr(value, "__module__", None) if callable(value) else None
        found.update(part for part in (name, own) if isinstance(part, str))
    return found - {module.__name__}


@lru_cache(maxsize=8192)
def is_installed(path: str) -> bool:
    """Whether a file belongs to the standard library or to an installed package."""
    if path.startswith(_prefixes()):  # as most do; the real path is dear
        return True
    full = os.path.realpath(path)
    if any(name in f"{full}{os.sep}" for name in _OF_PACKAGES):
        return True
    return any(full == root or full.startswith(root + os.sep) for root in _installed_roots())


@lru_cache(maxsize=1)
def _prefixes() -> tuple[str, ...]:
    return tuple(root + os.sep for root in _installed_roots())


def prepare() -> None:
    """Find out where packages are, which imports modules: not to be done for the first time by what watches imports."""
    _installed_roots()


@lru_cache(maxsize=1)
def _installed_roots() -> tuple[str, ...]:
    """Where installed packages and the standard library are."""
    roots = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    roots += site.getsitepackages() if hasattr(site, "getsitepackages") else []
    roots += [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    roots += [os.path.dirname(os.__file__), os.path.join(sys.base_prefix, "lib", "python3", "dist-packages")]
    version = f"python{sys.version_info.major}{sys.version_info.minor}.zip"
    roots.append(os.path.join(sys.base_prefix, "lib", version))
    return tuple(dict.fromkeys(os.path.realpath(root) for root in roots if root))
