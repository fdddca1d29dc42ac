"""Where a submission comes from."""

from __future__ import annotations

import os
import platform
import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from cellburst._version import __version__
from cellburst.client.surroundings.ambient import beside_pool
from cellburst.errors import UsageError
from cellburst.library_state import environment
from cellburst.model.run import Origin
from cellburst.paths import Folders

_VSCODE = "__vsc_ipynb_file__"
_JUPYTER = "JPY_SESSION_NAME"
_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # as nbformat has it
_INLINE = "module://matplotlib_inline.backend_inline"


def describe_origin(namespace: Mapping[str, Any]) -> Origin:
    """This process: its notebook and kernel as far as they are known, and the versions that made the pickles."""
    return Origin(
        notebook=_notebook(namespace),
        kernel=_kernel(),
        python=platform.python_version(),
        version=__version__,
        pid=os.getpid(),
        cell=_cell(),
    )


def new_key() -> str:
    """An id for one submission: sent twice, it is still one run."""
    return f"{os.getpid()}-{secrets.token_hex(12)}"


class Surroundings(TypedDict):
    """What a payload says of the place that its code expects to run in."""

    cwd: str
    path: tuple[str, ...]
    ambient: dict[str, str]
    env: dict[str, str]
    unset: tuple[str, ...]
    umask: int | None


def surroundings(folders: Folders) -> Surroundings:
    """This process's; ``folders`` are where the pool is that is to make the same of its own."""
    env, unset = environment.changes()
    ambient, more = beside_pool(folders)
    return {
        "cwd": working_directory(),
        "path": search_path(),
        "ambient": ambient,
        "env": {**env, **plot_environment()},
        "unset": (*unset, *(name for name in more if name not in env)),
        "umask": file_mask(),
    }


def file_mask() -> int | None:
    """The mode bits that new files do not get; None where it can only be read by changing it."""
    try:
        with open("/proc/self/status", "rb") as file:
            _, found, behind = file.read().partition(b"\nUmask:")
    except OSError:
        return None
    return int(behind.split(None, 1)[0], 8) if found else None


def plot_environment() -> dict[str, str]:
    """Variables that let figures be drawn by a worker as they are here."""
    backend = os.environ.get("MPLBACKEND", "")
    matplotlib = sys.modules.get("matplotlib")
    if not backend and matplotlib is not None:
        chosen = matplotlib.rcParams._get_backend_or_none() if hasattr(matplotlib, "rcParams") else None
        backend = _INLINE if chosen is not None and "inline" in str(chosen).lower() else ""
    return {"MPLBACKEND": backend} if backend else {}


def search_path() -> tuple[str, ...]:
    """``sys.path`` as it is; relative entries, and the empty one, mean the working directory on a worker too.

    Behind it are the folders that the user's own modules were loaded from: `%cd` may have taken them off the path.
    """
    from cellburst.cells.local_modules import folders

    entries = [entry for entry in sys.path if isinstance(entry, str) and (_portable(entry) or not entry)]
    here = {os.path.abspath(entry) for entry in entries}
    return (*map(_portable, entries), *filter(None, (_portable(folder) for folder in folders() if folder not in here)))


def working_directory() -> str:
    """Where relative paths start; empty if that folder is gone. Raises UsageError if its name cannot be sent."""
    try:
        folder = os.getcwd()
    except OSError:
        return ""
    if found := _portable(folder):
        return found
    raise UsageError(f"the name of the working directory, {folder!a}, is not UTF-8; %cd to another or rename it")


def _portable(path: str) -> str:
    """The same path where the locale gives file names another encoding: as UTF-8; empty if its bytes are none."""
    try:
        return os.fsencode(path).decode()
    except UnicodeEncodeError:
        return path
    except UnicodeDecodeError:
        return ""


def _notebook(namespace: Mapping[str, Any]) -> str:
    found = namespace.get(_VSCODE) or os.environ.get(_JUPYTER, "")
    return _portable(found) if isinstance(found, str) else ""


def _cell() -> str:
    """The id that JupyterLab sends along with a cell; nothing for what another front end calls so."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    parent = getattr(get_ipython() if get_ipython is not None else None, "parent_header", None)
    metadata = parent.get("metadata") if isinstance(parent, Mapping) else None
    found = metadata.get("cellId") if isinstance(metadata, Mapping) else None
    return found if isinstance(found, str) and _CELL_ID.fullmatch(found) else ""


def _kernel() -> str:
    """The kernel's id, from the name of its connection file."""
    kernelapp = sys.modules.get("ipykernel.kernelapp")
    if kernelapp is None or not kernelapp.IPKernelApp.initialized():
        return ""
    name = Path(kernelapp.IPKernelApp.instance().connection_file).stem
    return name.removeprefix("kernel-")
