"""Starting the cloud's process, and what it says when it is ready."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cellburst.errors import CellburstError, UsageError
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.testing.fakecloud.facts import Options

_NEEDED = ("moto", "cheroot", "flask", "boto3", "cryptography")


class FakeCloudError(CellburstError):
    """The fake cloud cannot be started or has ended."""


class Started(Struct, frozen=True):
    """A running cloud: how to reach it, its process, its folder, and the keys of its user."""

    endpoint: str
    pid: int
    folder: str
    key: str
    secret: str
    region: str


@dataclass
class Running:
    """The process as its owner has it; closing ``lifeline`` ends it, unless it is detached."""

    started: Started
    process: subprocess.Popen[bytes]
    lifeline: IO[bytes] | None


def check_installed() -> None:
    """Raise UsageError, which says what to install, unless everything is there."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        names = ", ".join(missing)
        raise UsageError(f'the fake cloud needs {names}, not installed here; pip install "cellburst[fakecloud]"')


def start(options: Options, log: Path | None = None) -> Running:
    """Start it and wait until it is ready. Machines never find this user's real account, nor our own folders."""
    check_installed()
    if sys.platform != "linux" and options.machines != "none":
        raise UsageError(
            f'machines of the fake cloud need Linux, this is {sys.platform}; machines="none" is the rest of it'
        )
    folders = Folders.of(Settings.load())
    own = (str(Path("~/.aws").expanduser()), str(folders.data), str(folders.runtime))
    options = replace(options, hidden=(*options.hidden, *own))
    command = [sys.executable, "-m", "cellburst.testing.fakecloud.server.process"]
    with open(log or "/dev/null", "ab") as errors:
        process = subprocess.Popen(
            [*command, msgspec.json.encode(options).decode()],
            stdin=subprocess.DEVNULL if options.detached else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors if log else None,
            start_new_session=True,
        )
    assert process.stdout is not None
    with process.stdout as output:
        line = output.readline()
    if not line:
        why = f"its process ended with {process.wait()}"
        raise FakeCloudError(f"the fake cloud did not start: {why}{f'; see {log}' if log else ''}")
    return Running(msgspec.json.decode(line, type=Started), process, process.stdin)
