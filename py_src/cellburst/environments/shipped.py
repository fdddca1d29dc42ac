"""Archives of installed packages that no index has, of editable ones' metadata, and of cellburst itself."""

from __future__ import annotations

import os
import re
import sys
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from cellburst._version import __version__
from cellburst.environments.archives import check_size, packed
from cellburst.environments.distributions import Installed, files, normalized
from cellburst.environments.ignoring import Ignore
from cellburst.environments.trees import SourceFile, Tree, everything
from cellburst.errors import EnvironmentRefused

_OURS = "cellburst"
_ON_MACHINES = ("boto3", "cryptography")
_NAME = re.compile(r"[\w.-]+")
_BELOW = re.compile(r"""python_version\s*<\s*["'](\d+)\.(\d+)""")
_BESIDE_RECORD = frozenset({"RECORD", "direct_url.json", "REQUESTED", "INSTALLER"})
_COMPILED = (".so", ".pyd", ".dylib", ".dll")
_NOT_FOR_MACHINES = ("cellburst/labextension/", "cellburst/widgets/static/", "cellburst/examples/")


def files_of(item: Installed, *, same_platform: bool) -> list[SourceFile]:
    """The installed files of a package that came from no index.

    Raises EnvironmentRefused where there is no list of them, or they were compiled for another platform.
    """
    names = [name for name in files(item) if not name.endswith(".pyc")]
    if not names:
        raise EnvironmentRefused(
            f"{item.name} {item.version} was not installed from an index and its installer kept no list of its files; "
            f"install it from a wheel or as editable (pip install -e), or use a target with a prebuilt image"
        )
    compiled = next((name for name in names if name.endswith(_COMPILED)), "")
    if compiled and not same_platform:
        raise EnvironmentRefused(
            f"{item.name} {item.version} was not installed from an index and is compiled for this platform "
            f"({compiled}); install a version that an index has, or use a target with a prebuilt image"
        )
    return [file for name in names if (file := _file(item.folder, name)) is not None]


def metadata_of(item: Installed) -> list[tuple[str, bytes]]:
    """What says on the far side that a package is installed: its version, requirements and entry points."""
    folder = item.info
    if folder is None or not folder.is_dir():
        return []
    kept = [file for file in sorted(folder.iterdir()) if file.is_file() and file.name not in _BESIDE_RECORD]
    return [(f"{folder.name}/{file.name}", file.read_bytes()) for file in kept]


def own_tree() -> Tree:
    """cellburst as this process runs it, from a wheel or from a checkout, without what only browsers need."""
    tree = everything(str(Path(__file__).parents[1]), _OURS, Ignore())
    tree.files = [file for file in tree.files if not file.name.startswith(_NOT_FOR_MACHINES)]
    return tree


def own_metadata(item: Installed | None) -> list[tuple[str, bytes]]:
    """cellburst's metadata; just its name and version where it is not installed at all."""
    found = metadata_of(item) if item is not None and item.version == __version__ else []
    plain = f"Metadata-Version: 2.1\nName: cellburst\nVersion: {__version__}\n".encode()
    return found or [(f"{_OURS}-{__version__}.dist-info/METADATA", plain)]


def own_requirements() -> list[str]:
    """Normalized names of what cellburst needs on a machine, which an image has to have."""
    try:
        asked = requires(_OURS) or []
    except PackageNotFoundError:  # a checkout that is on the path and not installed
        return []
    plain = [text for text in asked if is_plain(text)] + list(_ON_MACHINES)
    return sorted({normalized(_NAME.findall(text)[0]) for text in plain})


def is_plain(requirement: str) -> bool:
    """Whether a requirement of ours is for everybody who has this Python: of no extra, and not for older ones."""
    older = _BELOW.search(requirement)
    of_older = older is not None and sys.version_info[:2] >= (int(older[1]), int(older[2]))
    return "extra ==" not in requirement and not of_older


def archive_of_installed(item: Installed, *, same_platform: bool, limit: int) -> bytes:
    """A package's files as they are installed here. Raises EnvironmentRefused."""
    found = files_of(item, same_platform=same_platform)
    check_size(f"{item.name} {item.version}", str(item.folder), found, limit)
    return packed(file for file in found if os.path.basename(file.name) not in {"direct_url.json", "RECORD"})


def _file(folder: Path, name: str) -> SourceFile | None:
    path = folder / name
    try:
        facts = path.stat()
    except OSError:  # removed by hand, since
        return None
    return SourceFile(name, str(path), facts.st_size, facts.st_mtime_ns, bool(facts.st_mode & 0o100))
