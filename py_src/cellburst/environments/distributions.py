"""What is installed in this environment, and where each of it came from."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from cellburst.cells.local_modules import is_installed

Origin = Literal["index", "editable", "files"]
_SEPARATORS = re.compile(r"[-_.]+")


@dataclass(frozen=True)
class Installed:
    """A distribution as it is installed here.

    ``origin`` "files": it came from a folder, a repository or an address, so that no index may have it; "editable":
    its code is somewhere else, below ``project`` if that is known. ``tags`` are those of its wheel ("py3-none-any");
    empty for one that was not installed from a wheel. ``requested`` says that somebody asked for it by name.
    """

    name: str
    version: str
    origin: Origin
    folder: Path
    requires: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    installer: str = ""
    project: str = ""
    requested: bool = False
    info: Path | None = None

    @property
    def key(self) -> str:
        """Its name as an index compares it."""
        return normalized(self.name)

    @property
    def portable(self) -> bool:
        """Whether its files are the same on every platform."""
        return bool(self.tags) and all(tag.endswith("-none-any") for tag in self.tags)


def normalized(name: str) -> str:
    """A distribution's name as an index compares it: "Foo_Bar" is "foo-bar"."""
    return _SEPARATORS.sub("-", name).lower()


def installed(path: list[str] | None = None) -> dict[str, Installed]:
    """Every distribution that can be found on ``path`` (``sys.path``), by its normalized name; the first one wins."""
    found: dict[str, Installed] = {}
    for distribution in distributions() if path is None else distributions(path=path):
        described = _described(distribution)
        if described is not None:
            found.setdefault(described.key, described)
    return found


def files(distribution: Installed) -> list[str]:
    """Its files below ``folder``, relative to it; [] where its installer has not kept a list."""
    if distribution.info is None:
        return []
    found = Distribution.at(distribution.info).files or []
    return sorted(str(file) for file in found if ".." not in file.parts and not file.is_absolute())


def _described(distribution: Distribution) -> Installed | None:
    metadata = distribution.metadata
    name, version = metadata["Name"], metadata["Version"]
    if not name or not version:  # a folder that an interrupted uninstallation left
        return None
    info: Path | None = getattr(distribution, "_path", None)
    folder = Path(str(distribution.locate_file("")))
    installer = (distribution.read_text("INSTALLER") or "").strip()
    origin, project = _origin(distribution, folder, installer)
    return Installed(
        name=name,
        version=version,
        origin=origin,
        folder=folder,
        requires=tuple(metadata.get_all("Requires-Dist") or ()),
        tags=_tags(distribution),
        installer=installer,
        project=project,
        requested=distribution.read_text("REQUESTED") is not None,
        info=info if isinstance(info, Path) else None,
    )


def _origin(distribution: Distribution, folder: Path, installer: str) -> tuple[Origin, str]:
    text = distribution.read_text("direct_url.json")
    try:
        said = json.loads(text) if text else {}
    except ValueError:
        said = {}
    address = str(said.get("url", ""))
    local = unquote(urlsplit(address).path) if address.startswith("file:") else ""
    if said.get("dir_info", {}).get("editable"):
        return "editable", local
    if address and installer != "conda":  # whose packages name the folder that they were built in
        return "files", local
    if not is_installed(str(folder / "x")):  # found beside its code, through a .pth file or an .egg-link
        return "editable", str(folder)
    return "index", ""


def _tags(distribution: Distribution) -> tuple[str, ...]:
    text = distribution.read_text("WHEEL") or ""
    return tuple(line.partition(":")[2].strip() for line in text.splitlines() if line.lower().startswith("tag:"))
