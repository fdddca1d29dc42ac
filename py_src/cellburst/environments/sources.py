"""Code of the user's own that is imported here: editable installations, and modules beside the notebook."""

from __future__ import annotations

import ast
import os
import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from cellburst.cells import local_modules
from cellburst.environments.distributions import Installed
from cellburst.environments.ignoring import Ignore
from cellburst.environments.trees import Tree, everything, ignore_of, importable

_OURS = "cellburst"


class Source(Struct, frozen=True):
    """Code that is imported from ``place``; with ``packages`` those (name, folder) alone, as an editable finder has."""

    place: str
    project: str = ""
    packages: tuple[tuple[str, str], ...] = ()

    def tree(self) -> Tree:
        """Its files as they are now."""
        ignore = ignore_of(self.place, self.project)
        found = Tree()
        if not self.packages:
            found = importable(self.place, ignore, never=_OURS)  # it is an archive of its own
        for name, path in self.packages:
            part = everything(path, name, ignore) if os.path.isdir(path) else _module(path, name, ignore)
            found.files += part.files
            found.secrets += part.secrets
        return found


def found(projects: Iterable[str], hooked: Iterable[Source], path: Iterable[str] | None = None) -> list[Source]:
    """Every place that code of the user's own is imported from: those of ``path`` (``sys.path``), in its order.

    ``projects`` are folders of editable installations, ``hooked`` those that are found by import hooks.
    """
    entries = [*local_modules.extra_path(path), *(local_modules.folders() if path is None else ())]
    places = dict.fromkeys(os.path.realpath(entry) for entry in entries if os.path.isdir(entry))
    known = list(projects)
    plain = [Source(place, _project_of(place, known)) for place in places if place != _scripts()]
    return plain + [source for source in hooked if source.place not in places]


def unseen(projects: Iterable[tuple[str, str]], known: Iterable[Source]) -> list[str]:
    """Names of editable installations (with their folders) whose code is at no place of ``known``."""
    places = [path for source in known for path in (source.place, *(path for _, path in source.packages))]
    return [name for name, project in projects if not any(_is_in(place, project) for place in places)]


def _scripts() -> str:
    """Where commands are installed: on the path of a command that runs in this process."""
    return os.path.realpath(sysconfig.get_path("scripts"))


def _project_of(place: str, projects: Iterable[str]) -> str:
    return next((project for project in projects if place != project and _is_in(place, project)), "")


def _is_in(path: str, folder: str) -> bool:
    real = os.path.realpath(folder)
    return f"{os.path.realpath(path)}{os.sep}".startswith(f"{real}{os.sep}")


def _module(path: str, name: str, ignore: Ignore) -> Tree:
    folder, file = os.path.split(path)
    return importable(folder, ignore, frozenset({name})) if file.partition(".")[0] == name else Tree()


def hooked(distributions: Mapping[str, Installed]) -> list[Source]:
    """Editable installations whose packages are found by an import hook and not by a folder on the path."""
    folders = {item.folder for item in distributions.values() if item.origin == "editable"}
    sources = []
    for hook in sorted(file for folder in folders for file in folder.glob("__editable__*finder.py")):
        mapping = tuple((name, path) for name, path in _mapping(hook) if name != _OURS)
        if mapping:
            sources.append(Source(os.path.realpath(os.path.dirname(mapping[0][1])), packages=mapping))
    return sources


def _mapping(hook: Path) -> list[tuple[str, str]]:
    """MAPPING of the module that setuptools writes for an editable installation: packages and their folders."""
    try:
        body = ast.parse(hook.read_text("utf-8")).body
    except (OSError, SyntaxError, ValueError):
        return []
    for statement in body:
        targets: Iterable[ast.expr] = statement.targets if isinstance(statement, ast.Assign) else ()
        if isinstance(statement, ast.AnnAssign):
            targets = (statement.target,)
        value = getattr(statement, "value", None)
        if any(isinstance(target, ast.Name) and target.id == "MAPPING" for target in targets) and value is not None:
            said = ast.literal_eval(value)
            return sorted((str(name), str(path)) for name, path in said.items())
    return []
