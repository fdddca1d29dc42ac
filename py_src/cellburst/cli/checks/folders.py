"""The data and runtime folders: whose they are, who may look in, what they lie on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from cellburst.cli.checks.finding import Finding, ok, problem, warning
from cellburst.paths import Folders

_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "ceph", "glusterfs", "lustre"})
_LOW = 1 << 30


def check_folders(folders: Folders) -> Iterator[Finding]:
    """Owner, mode, free space and file system of both folders."""
    yield from _check_folder("data folder", folders.data, "CELLBURST_DATA_DIR")
    yield from _check_folder("runtime folder", folders.runtime, "CELLBURST_RUNTIME_DIR")
    yield from _check_space(folders.data)


def check_targets(folders: Folders) -> Iterator[Finding]:
    """The file of targets, if there is one."""
    from cellburst import targets

    found, wrong = targets.known(folders)
    path = folders.targets
    if wrong:
        yield problem("targets", wrong, "cellburst targets edit-check")
    elif path.exists():
        yield ok("targets", f"{', '.join(sorted(found))} ({path})")


def _check_folder(what: str, folder: Path, variable: str) -> Iterator[Finding]:
    if not folder.exists():
        parent = _existing_parent(folder)
        if os.access(parent, os.W_OK | os.X_OK):
            yield ok(what, f"{folder} (made when first needed)")
        else:
            yield problem(what, f"{folder} cannot be made below {parent}", f"set {variable} to a folder of yours")
        return
    facts = folder.stat()
    if facts.st_uid != os.getuid():
        yield problem(what, f"{folder} belongs to user {facts.st_uid}", f"set {variable} to a folder of yours")
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield problem(what, f"{folder} is not writable", f"chmod 700 {folder}")
    elif facts.st_mode & 0o077:
        yield problem(what, f"{folder} is open to others (mode {facts.st_mode & 0o777:o})", f"chmod 700 {folder}")
    else:
        yield ok(what, str(folder))
    kind = filesystem(folder)
    if kind in _NETWORK:
        yield warning(what, f"lies on a network file system ({kind})", f"set {variable} to a folder on a local disk")


def _check_space(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(_existing_parent(folder)).free
    text = f"{free / (1 << 30):.1f} GB free"
    if free < _LOW:
        yield warning("disk", text, "free some space, or `cellburst prune --keep 1GB`")
    else:
        yield ok("disk", text)


def _existing_parent(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def filesystem(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The type of the file system that holds ``folder``, as Linux names it; empty where unknown."""
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return ""
    real, best, kind = os.path.realpath(folder), "", ""
    for line in lines:
        _, point, found, *_ = line.split()
        point = point.replace("\\040", " ")
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, found
    return kind
