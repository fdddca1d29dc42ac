"""Which machines are alike: "linux-x86_64", "linux-aarch64", "darwin-arm64", "win32-amd64"."""

from __future__ import annotations

import platform
import sys

_SAME = {"amd64": "x86_64", "x64": "x86_64", "arm64": "aarch64"}
_UV = {"linux-x86_64": "x86_64-unknown-linux-gnu", "linux-aarch64": "aarch64-unknown-linux-gnu"}


def here() -> str:
    """The platform of this process."""
    return named(sys.platform, platform.machine())


def of_arch(arch: str) -> str:
    """The platform of a machine with a processor as a provider names it: "x86_64", "arm64"."""
    return named("linux", arch or "x86_64")


def named(system: str, machine: str) -> str:
    """Both in one word, whatever the system calls its processor."""
    word = machine.lower()
    return f"{system}-{_SAME.get(word, word)}"


def uv_platform(name: str) -> str:
    """What ``uv --python-platform`` calls it. Raises KeyError for one that no machine of a run has."""
    return _UV[name]


def markers(name: str, python: str) -> dict[str, str]:
    """What environment markers of requirements say on that platform; ``python`` is "3.11"."""
    system, machine = name.split("-", 1)
    return {
        "sys_platform": system,
        "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}.get(system, system),
        "os_name": "nt" if system == "win32" else "posix",
        "platform_machine": machine,
        "python_version": python.rstrip("t"),
        "python_full_version": f"{python.rstrip('t')}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "implementation_version": f"{python.rstrip('t')}.0",
        "platform_release": "",
        "platform_version": "",
    }
