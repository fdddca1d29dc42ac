"""One controller for all tests of a module: import ``shared_folders`` into it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cellburst.client.connecting import discover
from cellburst.paths import Folders
from cellburst.settings import Settings
from tests.processes import await_executors, end_processes


@pytest.fixture(name="folders", scope="module", autouse=True)
def shared_folders() -> Iterator[Folders]:
    """Empty folders, and two workers at most."""
    home = Path(tempfile.mkdtemp(prefix="cb-"))
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("CELLBURST_", "JUPYTER_"))]:
            patch.delenv(name)
        patch.setenv("CELLBURST_DATA_DIR", str(home / "data"))
        patch.setenv("CELLBURST_RUNTIME_DIR", str(home / "run"))
        patch.setenv("CELLBURST_WORKERS", "2")
        yield Folders.of(Settings.load())
        await_executors()
        discover.disconnect()
        end_processes(home)
        shutil.rmtree(home, ignore_errors=True)
