"""Installed packages: a warm worker keeps what it has imported, so it is not used beyond an upgrade."""

from __future__ import annotations

import os
import sys

_FOLDERS = ("site-packages", "dist-packages")
_OUTDATED = "packages were installed, upgraded or removed after its start"


def fingerprint() -> tuple[int, ...]:
    """Differs after pip, conda or another installer was at work in this environment; costs a few microseconds."""
    return tuple(_changed(entry) for entry in sys.path if os.path.basename(entry) in _FOLDERS)


def why_outdated(before: tuple[int, ...]) -> str:
    """Why a worker that started at fingerprint ``before`` is to be replaced; empty if it is not."""
    return "" if fingerprint() == before else _OUTDATED


def _changed(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0
