"""A root folder of a machine's own: the host's files, of which nothing can be changed, under a layer in memory."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path

from cellburst.testing.fakecloud.machines import kernel, surroundings
from cellburst.testing.fakecloud.machines.orders import Boot

_WRITTEN = ("/root", "/usr/sbin", "/usr/bin", "/usr/local/bin", "/var/lib", "/var/log", "/var/tmp")
POWER = "/run/fakecloud/power"
"""Where the programs that switch a machine off write what was asked of them."""

_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_DISKS = {"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "overlay", "virtiofs", "9p", "nfs", "nfs4", "f2fs"}
_SYSTEM = ("/proc", "/sys", "/dev", "/run", "/tmp", "/var/run")


def enter(boot: Boot) -> None:
    """Build it and go there; this process must be in mount, process and host name namespaces of its own."""
    kernel.mount("none", "/", flags=kernel.PRIVATE | kernel.RECURSIVE)
    base = Path(boot.folder, "root")
    base.mkdir(exist_ok=True)
    kernel.mount("tmpfs", str(base), "tmpfs", data="mode=755")
    system = base / "system"
    try:
        _layer(Path("/"), system, base)
        _further_disks(system)
    except OSError:  # in a user namespace the kernel refuses a layer over what has other file systems in it
        _layers(system, base)
    for place in _WRITTEN:
        _make_writable(place, system, base)
    _own_folders(system)
    surroundings.lay(boot, system)
    _hide(system, boot.hidden)
    _name(system, boot)
    place_programs(boot.programs, system)
    os.chroot(system)
    os.chdir("/")


def _layer(lower: Path, target: Path, base: Path, options: str = "") -> None:
    """``lower`` at ``target``, with what is changed below ``base``."""
    parts = [base / "changes" / (lower.name or "all"), base / "work" / (lower.name or "all")]
    for part in (*parts, target):
        part.mkdir(parents=True, exist_ok=True)
    layers = f"lowerdir={lower},upperdir={parts[0]},workdir={parts[1]}{options}"
    kernel.mount("overlay", str(target), "overlay", data=layers)


def _layers(system: Path, base: Path) -> None:
    """A root in memory with a layer over each of the host's folders, or just the folder where that is refused."""
    system.mkdir(exist_ok=True)
    for entry in sorted(os.scandir("/"), key=lambda entry: entry.name):
        target = system / entry.name
        if entry.is_symlink():
            target.symlink_to(os.readlink(entry.path))
        elif entry.is_dir():
            target.mkdir()
            if entry.path not in _SYSTEM and os.access(entry.path, os.R_OK | os.X_OK):
                _layer_or_bind(Path(entry.path), target, base)


def _layer_or_bind(lower: Path, target: Path, base: Path) -> None:
    try:
        _layer(lower, target, base, ",userxattr")
    except OSError:
        _bind(str(lower), target)


def _make_writable(place: str, system: Path, base: Path) -> None:
    """In a user namespace the host's root is nobody that we are: what is in his folders cannot be changed otherwise."""
    target = system / place.lstrip("/")
    if os.access(target, os.W_OK | os.X_OK) or target.is_symlink() or not target.is_dir():
        return
    if os.access(target, os.R_OK | os.X_OK):
        own = base / "own" / place.strip("/").replace("/", "-")
        own.mkdir(parents=True)
        _layer_or_bind(Path(place), target, own)
    else:
        kernel.mount("tmpfs", str(target), "tmpfs", data="mode=700")


def _bind(source: str, target: Path) -> None:
    """Show a folder of the host with all that is mounted in it, and let none of it be changed."""
    kernel.mount(source, str(target), flags=kernel.BIND | kernel.RECURSIVE)
    for place in _mounted():
        if f"{place}/".startswith(f"{target}/"):
            kernel.mount("none", place, flags=kernel.BIND | kernel.REMOUNT | kernel.READ_ONLY | kernel.flags_of(place))


def _mounted() -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line.split()[4].replace("\\040", " ") for line in lines]


def _further_disks(root: Path) -> None:
    """The host's other file systems, which a layer over "/" does not reach, read-only."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        place = before.split()[4].replace("\\040", " ")
        if after.split()[0] not in _DISKS or place == "/" or f"{place}/".startswith(tuple(f"{s}/" for s in _SYSTEM)):
            continue
        target = root / place.lstrip("/")
        if os.path.isdir(place) and target.is_dir():
            _bind(place, target)


def _own_folders(root: Path) -> None:
    kernel.mount("proc", str(root / "proc"), "proc")
    kernel.mount("/sys", str(root / "sys"), flags=kernel.BIND | kernel.RECURSIVE)
    kernel.mount("tmpfs", str(root / "dev"), "tmpfs", data="mode=755")
    for name in _DEVICES:
        (root / "dev" / name).touch()
        kernel.mount(f"/dev/{name}", str(root / "dev" / name), flags=kernel.BIND)
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        (root / "dev" / name).symlink_to(f"/proc/self/fd{target}")
    (root / "dev" / "shm").mkdir()
    kernel.mount("tmpfs", str(root / "dev" / "shm"), "tmpfs", data="mode=1777")
    kernel.mount("tmpfs", str(root / "run"), "tmpfs", data="mode=755")
    kernel.mount("tmpfs", str(root / "tmp"), "tmpfs", data="mode=1777")
    for prefix in {sys.prefix, sys.base_prefix}:
        if prefix.startswith("/tmp/") and os.path.isdir(prefix):  # the Python that runs us is part of the image
            (root / prefix.lstrip("/")).mkdir(parents=True, exist_ok=True)
            _bind(prefix, root / prefix.lstrip("/"))
    (root / POWER.lstrip("/")).parent.mkdir()
    os.mkfifo(root / POWER.lstrip("/"))


def _hide(root: Path, hidden: tuple[str, ...]) -> None:
    for path in hidden:
        inside = root / path.lstrip("/")
        if inside.is_dir() and not inside.is_symlink():
            kernel.mount("tmpfs", str(inside), "tmpfs", data="mode=700")


def _name(root: Path, boot: Boot) -> None:
    name = "ip-" + boot.address.replace(".", "-")
    socket.sethostname(name)
    lines = {"hosts": f"127.0.0.1 localhost\n{boot.address} {name}\n", "hostname": f"{name}\n", "resolv.conf": ""}
    lines["environment"] = "".join(f'{key}="{value}"\n' for key, value in boot.environment.items())
    for file, text in lines.items():
        path = root / "etc" / file
        path.unlink(missing_ok=True)  # it may be a link to somewhere in /run
        path.write_text(text)


def place_programs(programs: dict[str, str], root: Path) -> None:
    """Put programs where a machine has them: a path from the root to its text, or to what it links to ("@...")."""
    for path, text in programs.items():
        inside = root / path.lstrip("/")
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.unlink(missing_ok=True)
        if text.startswith("@"):
            inside.symlink_to(text[1:])
        else:
            inside.write_text(text)
            inside.chmod(0o755)


def remove(folder: str) -> None:
    """Delete what is left of a machine on the host's disk."""
    shutil.rmtree(folder, ignore_errors=True)
