"""Calls of the Linux kernel that Python 3.10 has no function for; each raises OSError as the others do."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct

NEW_MOUNTS, NEW_HOSTNAME, NEW_IPC = 0x00020000, 0x04000000, 0x08000000  # CLONE_NEWNS, _NEWUTS, _NEWIPC
NEW_USER, NEW_PIDS, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000  # CLONE_NEWUSER, _NEWPID, _NEWNET
READ_ONLY, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 32, 4096, 16384, 1 << 18  # MS_*
_KEPT = 2 | 4 | 8 | 1024 | 2048  # nosuid, nodev, noexec, noatime, nodiratime: the same bits as mount(2) has
_RELATIVE_TIMES = 4096, 1 << 21  # ST_RELATIME, MS_RELATIME
_SET_PARENT_DEATH_SIGNAL, _SET_CHILD_SUBREAPER = 1, 36  # PR_*
_GET_FLAGS, _SET_FLAGS, _SET_ADDRESS, _SET_NETMASK = 0x8913, 0x8914, 0x8916, 0x891C  # SIOC*
_UP = 1  # IFF_UP

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), what)


def unshare(flags: int) -> None:
    """Leave the namespaces of these kinds for new ones (unshare(2))."""
    _checked(_libc.unshare(flags), "unshare")


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """Mount a file system (mount(2))."""
    texts = [text.encode() or None for text in (source, target, kind)]
    _checked(_libc.mount(*texts, ctypes.c_ulong(flags), data.encode() or None), f"mount {kind or 'bind'} at {target}")


def flags_of(place: str) -> int:
    """What is switched on for a file system; in a user namespace it must stay on when it is mounted anew."""
    flags = os.statvfs(place).f_flag
    return (flags & _KEPT) | (_RELATIVE_TIMES[1] if flags & _RELATIVE_TIMES[0] else 0)


def end_with_parent(signal_number: int) -> None:
    """Have this process sent a signal when its parent ends; lost by a fork (PR_SET_PDEATHSIG)."""
    _checked(_libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal_number, 0, 0, 0), "prctl")


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parents end (PR_SET_CHILD_SUBREAPER)."""
    _checked(_libc.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")


def map_to_root(uid: int, gid: int) -> None:
    """In a new user namespace, be root there and ``uid`` outside (user_namespaces(7))."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def bring_up(*addresses: str) -> None:
    """Switch the loopback device of this network namespace on, with further addresses of its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for number, address in enumerate(("127.0.0.1", *addresses)):
            name = b"lo" if number == 0 else f"lo:{number}".encode()
            mask = "255.0.0.0" if number == 0 else "255.255.255.255"
            fcntl.ioctl(control, _SET_ADDRESS, _request(name, address))
            fcntl.ioctl(control, _SET_NETMASK, _request(name, mask))
        flags = struct.unpack("16xh22x", fcntl.ioctl(control, _GET_FLAGS, struct.pack("16s24x", b"lo")))[0]
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh22x", b"lo", flags | _UP))


def _request(name: bytes, address: str) -> bytes:
    """An ifreq with an address (netdevice(7))."""
    return struct.pack("16sHH4s16x", name, socket.AF_INET, 0, socket.inet_aton(address))
