"""Every test has folders of its own, and leaves no process behind."""

from __future__ import annotations

import faulthandler
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cellburst.paths import Folders
from cellburst.settings import Settings
from tests.processes import end_processes

_OURS = ("CELLBURST_", "JUPYTER_")


def pytest_configure() -> None:
    faulthandler.enable()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what it runs in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch) -> Iterator[Folders]:
    """Empty data and runtime folders with short names (a socket's name holds 100 bytes)."""
    for name in [name for name in os.environ if name.startswith(_OURS)]:
        monkeypatch.delenv(name)
    home = Path(tempfile.mkdtemp(prefix="cb-"))
    monkeypatch.setenv("CELLBURST_DATA_DIR", str(home / "data"))
    monkeypatch.setenv("CELLBURST_RUNTIME_DIR", str(home / "run"))
    found = Folders.of(Settings.load())
    yield found
    client = sys.modules.get("cellburst.client.discover")
    if client is not None:
        client.disconnect()
    if found.runtime.exists():
        end_processes(home)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def settings() -> Settings:
    """Small, quick settings in this test's folders."""
    return Settings.load()
