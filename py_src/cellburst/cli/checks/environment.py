"""Python, the packages, and the settings in the environment."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from importlib import metadata

from cellburst._version import __version__
from cellburst.cli.checks.finding import Finding, ok, problem, warning
from cellburst.environments.shipped import is_plain
from cellburst.settings import Settings

_NAME = re.compile(r"[\w.-]+")
_OPTIONAL = {
    "ipykernel": "notebooks need it: pip install ipykernel",
    "pandas": "Results.frame() needs it: pip install pandas",
    "optuna": "--search needs it: pip install 'cellburst[search]'",
    "nbclient": "`cellburst demo` needs it: pip install 'cellburst[demo]'",
}


def check_python() -> Iterator[Finding]:
    """The interpreter and our own version."""
    version = ".".join(map(str, sys.version_info[:3]))
    found = f"{version} ({sys.executable})"
    if sys.version_info >= (3, 14):
        yield warning("Python", found, "only Python 3.10 to 3.13 are tested")
    else:
        yield ok("Python", found)
    if sys.platform != "linux":
        yield warning("platform", sys.platform, "children that a task leaves behind may survive it here")
    yield ok("cellburst", __version__)


def check_packages() -> Iterator[Finding]:
    """What we import, and what notebooks, frames and the demo want besides."""
    for name in needed():
        version = _version(name)
        if version is None:
            yield problem(name, "not installed", f"pip install {name}")
        elif name == "ipython" and int(version.split(".")[0]) < 8:
            yield problem(name, version, "pip install --upgrade 'ipython>=8'")
        else:
            yield ok(name, version)
    for name, advice in _OPTIONAL.items():
        version = _version(name)
        yield ok(name, version) if version else warning(name, "not installed", advice)


def needed() -> list[str]:
    """The packages that this installation asks for, extras left out."""
    asked = metadata.requires("cellburst") or []
    return sorted(_NAME.findall(text)[0] for text in asked if is_plain(text))


def check_settings() -> Iterator[Finding]:
    """Every CELLBURST_ variable is one of ours and can be read."""
    known = {f"CELLBURST_{item.name.upper()}" for item in fields(Settings)} | {"CELLBURST_WORKER", "CELLBURST_FAULT"}
    unknown = sorted(name for name in os.environ if name.startswith("CELLBURST_") and name not in known)
    for name in unknown:
        yield warning("settings", f"{name} is not a setting", "unset it, or see docs/settings.md for the names")
    try:
        settings = Settings.load()
    except ValueError as error:
        yield problem("settings", str(error), "unset the variable or give it a readable value")
        return
    changed = [item.name for item in fields(settings) if getattr(settings, item.name) != item.default]
    yield ok("settings", f"changed: {', '.join(changed)}" if changed else "all defaults")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
