"""Building what is shipped, from a copy of the checkout: others use the built extension in it meanwhile."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA = "cellburst-*.data/data"
EXTENSION = "share/jupyter/labextensions/cellburst/"
MACHINE = re.compile(rb"/(?:home|root|Users|tmp|work|builds?)/[\w.-]+/")


def copy_checkout(folder: Path) -> Path:
    """The files that a commit of everything would have; JavaScript packages are borrowed where they are installed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    if (ROOT / "node_modules").exists():
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder


def said(*command: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """What a command prints, which must succeed."""
    done = subprocess.run(command, cwd=cwd, env=env, stdout=-1, stderr=-2, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def pip(*arguments: str | Path, python: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run pip, for another environment's Python if one is given."""
    chosen = ("--python", python) if python else ()
    return said(sys.executable, "-m", "pip", *chosen, "--disable-pip-version-check", "--quiet", *arguments, env=env)


def without_node() -> dict[str, str]:
    """An environment in which no Node.js can be found."""
    return os.environ | {"PATH": "/nowhere"}


def wheel_of(source: Path, out: Path, env: Mapping[str, str] | None = None) -> Path:
    """The wheel of a checkout or of a source archive."""
    pip("wheel", source, "--no-deps", "--wheel-dir", out, env=env)
    (wheel,) = out.glob("*.whl")
    return wheel


def files_of(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file; names of a source archive are below its one folder."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as opened:
            for name in opened.namelist():
                yield re.sub(r"^cellburst-[^/]*\.data/data/", "", name), opened.read(name)
    else:
        with tarfile.open(archive) as opened:
            for member in opened:
                content = opened.extractfile(member)
                if content is not None:
                    yield member.name.partition("/")[2], content.read()


def fresh_environment(folder: Path, *packages: str | Path) -> Path:
    """The Python of a new virtual environment with these packages."""
    said(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    pip("install", *packages, python=python)
    return python
