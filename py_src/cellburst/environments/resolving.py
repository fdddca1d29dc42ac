"""Whether an index has what a machine is going to install: asked with uv, and nothing is installed."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from dataclasses import dataclass

from cellburst.environments import labels, platforms
from cellburst.errors import EnvironmentRefused, UsageError
from cellburst.model.environment import Environment, Package

_AT_MOST = 10  # packages that are found missing one after another
_SECONDS = 120.0
_UNREACHABLE = re.compile(
    r"failed to fetch|error sending request|dns error|client error|timed out|network (connectivity )?(is|was) disabled",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Missing:
    """A package that no index has for the machines. ``source``: it is there to be compiled, which may or may not do."""

    name: str
    version: str
    why: str
    source: bool = False


def missing(environment: Environment) -> list[Missing]:
    """Packages of the environment that its indexes do not have for its target; needs the network.

    Raises UsageError without uv, and EnvironmentRefused where no index answers.
    """
    found: list[Missing] = []
    named = {package.name: package for package in environment.packages if package.source == "index"}
    while named and len(found) < _AT_MOST:
        said = _asked(list(named.values()), environment, wheels=True)
        if not said:
            return found
        package = _named_in(said, named)
        if package is None:
            return [*found, Missing("", "", said)]
        named.pop(package.name)
        source = not _asked([package], environment, wheels=False)
        found.append(Missing(package.name, package.version, said, source))
    return found


def _asked(packages: list[Package], environment: Environment, *, wheels: bool) -> str:
    """What uv objects to; "" if nothing."""
    lines = "".join(f"{package.name}=={labels.split_label(package.version)[0]}\n" for package in packages)
    try:
        done = subprocess.run(
            [*_command(environment), *(["--only-binary", ":all:"] if wheels else [])],
            input=lines,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            env={**os.environ, "UV_NO_PROGRESS": "1", "NO_COLOR": "1"},
        )
    except subprocess.TimeoutExpired:
        raise EnvironmentRefused(f"the package index did not answer within {_SECONDS:.0f} s; try again") from None
    if done.returncode == 0:
        return ""
    said = " ".join(done.stderr.split())
    if _UNREACHABLE.search(said):
        raise EnvironmentRefused(f"the package index cannot be reached: {said[-300:]}")
    return re.split(r"\bhint:", said)[0].removeprefix("error: No solution found when resolving dependencies").strip()


def _command(environment: Environment) -> list[str]:
    try:
        from uv import find_uv_bin

        program = find_uv_bin()
    except (ImportError, FileNotFoundError):
        raise UsageError('what an index has is asked with uv: pip install "cellburst[aws]"') from None
    options = ["--default-index", environment.index] if environment.index else []
    for address in environment.indexes:
        options += ["--index", address]
    if environment.indexes:
        options += ["--index-strategy", "unsafe-best-match"]
    if environment.platform == environment.target:
        options.append("--no-deps")
    place = ["--python-version", _python(environment)]
    place += ["--python-platform", platforms.uv_platform(environment.target)]
    return [program, "pip", "compile", "-", "--quiet", "--no-header", *place, *options]


def _python(environment: Environment) -> str:
    """The version to the last digit, if it is this one: machines get the newest of the minor version, or an image's."""
    minor = environment.python.rstrip("t")
    here = platform.python_version()
    return here if here.startswith(f"{minor}.") else minor


def _named_in(said: str, named: dict[str, Package]) -> Package | None:
    """Which of the packages uv's explanation begins with."""
    words = re.findall(r"[A-Za-z0-9][\w.-]*", said.partition("Because")[2] or said)
    return next((named[word.rstrip(".").lower()] for word in words if word.rstrip(".").lower() in named), None)
