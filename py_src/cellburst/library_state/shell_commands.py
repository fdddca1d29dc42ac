"""Magics and aliases that the user has made, extensions that are loaded, and scripts that were run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from cellburst.library_state.shell_part import Part, Uses, calls_shell, is_library, is_users

_KINDS = ("line", "cell")
_SHELLS = frozenset({"cellburst", "storemagic", "IPython.extensions.storemagic"})  # extensions of every kernel
_OWN = ("shell", "parent", "magics", "registered", "options_table", "config")  # of every Magics object
_ALIASING = frozenset({"alias", "unalias", "rehashx"})
_common_aliases: dict[str, str] = {}
_first: dict[str, dict[str, Any]] = {}


def remember(shell: Any) -> None:
    """In a worker: the magics that there are now are nobody's own."""
    _first.clear()
    _first.update({kind: dict(table) for kind, table in shell.magics_manager.magics.items()})


def used_functions(uses: Uses) -> list[tuple[str, Any]]:
    """The user's own magics that a cell uses, with their functions: what these read must be sent too."""
    found = [(name, function) for _, name, function in _users_magics(uses.shell, uses)]
    return [(name, _readable(function)) for name, function in found if not _is_alias_of_magic(function)]


def _readable(function: Any) -> Any:
    """Something whose pickling shows all code behind a magic."""
    owner = getattr(function, "__self__", None)
    return (type(owner), _state_of(owner)) if _is_magics_object(owner) else function


def _get_magics(shell: Any, uses: Uses | None) -> Any:
    functions: list[tuple[str, str, Any]] = []
    owners: list[Any] = []
    for kind, name, function in _users_magics(shell, uses):
        owner = getattr(function, "__self__", None)
        if _is_alias_of_magic(function):
            functions.append((kind, name, (function.magic_name, function.magic_kind, function.magic_params)))
        elif _is_magics_object(owner):
            if not any(known is owner for known in owners):
                owners.append(owner)
        else:
            functions.append((kind, name, function))
    objects = [(type(owner), _state_of(owner)) for owner in owners]
    return {"functions": functions, "objects": objects} if functions or objects else None


def _set_magics(shell: Any, value: Any, uses: Uses | None) -> None:
    value = value or {"functions": [], "objects": []}
    if uses is None:
        for kind, name, _ in list(_users_magics(shell, None)):
            del shell.magics_manager.magics[kind][name]
    for kind, name, function in value["functions"]:
        if isinstance(function, tuple):
            shell.magics_manager.register_alias(name, *function)
        else:
            shell.magics_manager.magics[kind][name] = function
    for made, state in value["objects"]:
        owner = made(shell)
        vars(owner).update(state)
        shell.register_magics(owner)


def _users_magics(shell: Any, uses: Uses | None) -> Iterator[tuple[str, str, Any]]:
    for kind in _KINDS:
        table = shell.magics_manager.magics[kind]
        if uses is None:
            first = _first.get(kind, {})
            if table == first:
                continue
            names = [name for name, function in list(table.items()) if first.get(name) is not function]
        else:
            names = sorted(name for _, name in uses.magics)
        for name in names:
            function = table.get(name)
            if function is None or _is_shell_alias(function):
                continue
            owner = getattr(function, "__self__", None)
            if _is_alias_of_magic(function):
                if name not in {"ed", "hist", "rep"}:
                    yield kind, name, function
            elif is_users(function) and not (_is_magics_object(owner) and type(owner).__module__ != "__main__"):
                yield kind, name, function


def _is_magics_object(owner: Any) -> bool:
    return any(base.__name__ == "Magics" and base.__module__ == "IPython.core.magic" for base in type(owner).__mro__)


def _is_alias_of_magic(function: Any) -> bool:
    return type(function).__name__ == "MagicAlias"


def _is_shell_alias(function: Any) -> bool:
    return type(function).__name__ == "Alias" and type(function).__module__ == "IPython.core.alias"


def _state_of(owner: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(owner).items() if name not in _OWN and not name.startswith("_")}


# aliases of system commands


def _aliases(shell: Any) -> dict[str, str]:
    return {name: alias.cmd for name, alias in shell.magics_manager.magics["line"].items() if _is_shell_alias(alias)}


def _common() -> dict[str, str]:
    if not _common_aliases:
        from IPython.core.alias import default_aliases

        _common_aliases.update(default_aliases())
    return _common_aliases


def _get_aliases(shell: Any, uses: Uses | None) -> Any:
    found, common = _aliases(shell), _common()
    if (
        uses is not None and not uses.magic_names() & _ALIASING
    ):  # a thousand after %rehashx: those that are used will do, unless any may be
        found = {name: command for name, command in found.items() if name in uses.magic_names() or name in common}
    changed = {name: command for name, command in found.items() if common.get(name) != command}
    gone = sorted(set(common) - set(found))
    return {"made": changed, "gone": gone} if changed or gone else None


def _set_aliases(shell: Any, value: Any, uses: Uses | None) -> None:
    value = value or {"made": {}, "gone": []}
    manager, common = shell.alias_manager, _common()
    if uses is None:
        wanted = {name: command for name, command in common.items() if name not in value["gone"]} | value["made"]
        gone = set(_aliases(shell)) - set(wanted)
    else:
        wanted, gone = value["made"], set(value["gone"]) & set(_aliases(shell))
        gone |= {name for name in uses.magic_names() & set(_aliases(shell)) if name not in {*wanted, *common}}
    for name in gone:
        manager.undefine_alias(name)
    for name, command in wanted.items():
        if name not in shell.magics_manager.magics["line"] or manager.is_alias(name):
            manager.soft_define_alias(name, command)


# extensions


def _get_extensions(shell: Any, _: Uses | None) -> Any:
    found = sorted(set(shell.extension_manager.loaded) - _SHELLS)
    return {"loaded": found, "reloading": _reloading(shell)} if found else None


def _set_extensions(shell: Any, value: Any, uses: Uses | None) -> None:
    wanted = set(value["loaded"]) if value else set()
    manager = shell.extension_manager
    for name in sorted(wanted - set(manager.loaded)):
        with _as_it_was(name, shell):
            manager.load_extension(name)
    if uses is None or uses.calls_shell:  # else nobody has told the worker what is loaded
        for name in set(manager.loaded) - wanted - _SHELLS:
            with _as_it_was(name, shell):
                manager.unload_extension(name)
            manager.loaded.discard(name)  # also one that cannot be unloaded: it was, as far as anybody can tell
    if value and value["reloading"] and value["reloading"] != _reloading(shell):
        enabled, every = value["reloading"]
        reloader: Any = shell.magics_manager.registry["AutoreloadMagics"]._reloader
        reloader.enabled, reloader.check_all = enabled, every


@contextmanager
def _as_it_was(name: str, shell: Any) -> Iterator[None]:
    """Inside, an extension of the user's is loaded, or unloaded, as elsewhere: what that did to variables travels."""
    own = sys.modules.get(name)
    if own is None or is_library(name):
        yield
        return
    spaces = (shell.user_ns, vars(own))
    held = [value for value in vars(own).values() if type(value) in (list, dict, set)]
    before = [(space, dict(space)) for space in spaces]
    contents = [(value, value.copy()) for value in held]
    try:
        yield
    finally:
        for space, content in before:
            _refill(space, content)
        for value, content in contents:
            _refill(value, content)


def _refill(held: Any, content: Any) -> None:
    if isinstance(held, dict):  # perhaps the notebook's variables: never empty in between
        for key in [key for key in held if key not in content]:
            del held[key]
        held.update({key: value for key, value in content.items() if key not in held or held[key] is not value})
    elif isinstance(held, list):
        held[:] = content
    else:
        held.clear()
        held.update(content)


def _reloading(shell: Any) -> tuple[bool, bool] | None:
    """What ``%autoreload`` was told."""
    if "IPython.extensions.autoreload" not in sys.modules:
        return None
    reloader = getattr(shell.magics_manager.registry.get("AutoreloadMagics"), "_reloader", None)
    return None if reloader is None else (reloader.enabled, reloader.check_all)


# scripts that %run has run: their first module has a text that tells so, a second one has none


def _scripts(shell: Any) -> dict[str, ModuleType]:
    found = getattr(shell, "_main_mod_cache", None)  # by the path of the file
    return found if isinstance(found, dict) else {}


def _get_scripts(shell: Any, _: Uses | None) -> Any:
    return sorted(_scripts(shell)) or None


def _set_scripts(shell: Any, value: Any, _: Uses | None) -> None:
    known, wanted = _scripts(shell), value or []
    for path in known.keys() - set(wanted):
        del known[path]
    for path in wanted:
        if path not in known:  # as what was run elsewhere; its variables are not looked for here
            known[path] = ModuleType("__main__")


PARTS = (
    Part("extensions", _get_extensions, _set_extensions, calls_shell),
    Part("magics", _get_magics, _set_magics, calls_shell, holds=True),
    Part("aliases", _get_aliases, _set_aliases, calls_shell),
    Part("scripts", _get_scripts, _set_scripts, calls_shell),
)
