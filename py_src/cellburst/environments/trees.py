"""The files of a source folder that are sent, in a fixed order."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from cellburst.environments.ignoring import FILE, Ignore, PatternError
from cellburst.errors import EnvironmentRefused

_ENVIRONMENT_MARKS = ("pyvenv.cfg", "conda-meta")


@dataclass(frozen=True)
class SourceFile:
    """One file: its name in the archive, where it is, and what tells that it was changed."""

    name: str
    path: str
    size: int
    changed: int
    executable: bool


@dataclass
class Tree:
    """Files below a folder, and what was left out of it as a secret (names relative to the folder)."""

    files: list[SourceFile] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)


def ignore_of(*folders: str) -> Ignore:
    """The rules of the first of ``folders`` that has a ``.cellburstignore``.

    Raises EnvironmentRefused for one that cannot be read: nothing is sent that it may have been meant to keep here.
    """
    for folder in folders:
        path = Path(folder, FILE)
        try:
            return Ignore(path.read_text("utf-8").splitlines())
        except (FileNotFoundError, NotADirectoryError):
            continue
        except UnicodeDecodeError:
            why = "it is not UTF-8"
        except OSError as error:
            why = f"it cannot be read: {error.strerror or error}"
        except PatternError as error:
            why = str(error)
        raise EnvironmentRefused(f"{path} says what stays here, and {why}; mend it or remove it, and try again")
    return Ignore()


def importable(folder: str, ignore: Ignore, only: frozenset[str] | None = None, never: str = "") -> Tree:
    """What can be imported from ``folder``: modules, packages with all their files, and the modules of plain folders.

    ``only`` names the packages that are wanted, ``never`` one that is not. Plain files beside the modules (data,
    notebooks) are not among it.
    """
    tree = Tree()
    for entry in _entries(folder):
        name = entry.name
        if name == never or (only is not None and name.partition(".")[0] not in only):
            continue
        if entry.is_dir():
            if name.isidentifier() and _is_wanted(ignore, name, tree, folder=True) and not _is_environment(entry.path):
                modules_only = not os.path.isfile(os.path.join(entry.path, "__init__.py"))
                _walk(entry.path, name, ignore, tree, modules_only, (os.path.realpath(folder),))
        elif _is_module(name) and _is_wanted(ignore, name, tree):
            _add(tree, entry, name)
    return tree


def everything(folder: str, name: str, ignore: Ignore) -> Tree:
    """All files below ``folder``, under ``name`` in the archive."""
    tree = Tree()
    _walk(folder, name, ignore, tree, False, ())
    return tree


def _walk(folder: str, name: str, ignore: Ignore, tree: Tree, modules_only: bool, above: tuple[str, ...]) -> None:
    """With ``modules_only``, folders without modules in them are not entered: a home folder may be on the path."""
    real = os.path.realpath(folder)
    if real in above:  # a link to a folder that it is in
        return
    entries = _entries(folder)
    if modules_only:
        if any(entry.name == "__init__.py" for entry in entries):
            modules_only = False
        elif not any(_is_module(entry.name) for entry in entries):
            return
    for entry in entries:
        path = f"{name}/{entry.name}"
        if entry.is_dir():
            if _is_wanted(ignore, path, tree, folder=True) and not _is_environment(entry.path):
                _walk(entry.path, path, ignore, tree, modules_only, (*above, real))
        elif (not modules_only or _is_module(entry.name)) and _is_wanted(ignore, path, tree):
            _add(tree, entry, path)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_wanted(ignore: Ignore, path: str, tree: Tree, *, folder: bool = False) -> bool:
    verdict = ignore.verdict(path, folder=folder)
    if verdict == "secret":
        tree.secrets.append(path)
    return not verdict


def _is_environment(folder: str) -> bool:
    return any(os.path.exists(os.path.join(folder, mark)) for mark in _ENVIRONMENT_MARKS)


def _is_module(name: str) -> bool:
    return name.endswith((".py", ".pyi", ".so", ".pyd")) and name.partition(".")[0].isidentifier()


def _add(tree: Tree, entry: os.DirEntry[str], name: str) -> None:
    try:
        facts = entry.stat()
    except OSError:  # a link that leads nowhere
        return
    if entry.is_file():
        tree.files.append(SourceFile(name, entry.path, facts.st_size, facts.st_mtime_ns, bool(facts.st_mode & 0o100)))
