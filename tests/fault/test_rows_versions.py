"""Row 25: another Python environment of the same user reads the store, and unpickles nothing that it cannot.

The other interpreter is the one that ``CELLBURST_OTHER_PYTHON`` names, or a ``python3.x`` on the path, of another
minor version and with cellburst's dependencies; without one the test is skipped.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import cellburst
from cellburst.errors import ControllerError, PayloadError
from cellburst.model.run import RunState
from cellburst.paths import Folders

SOURCE = str(Path(cellburst.__file__).parents[1])
NAMED = os.environ.get("CELLBURST_OTHER_PYTHON")  # now: each test clears the settings
NEEDS = "import sys, IPython, cloudpickle, jupyter_core, msgspec, psutil, xxhash; print(sys.version_info[1])"


@cache
def other_python() -> str:
    """An interpreter of another minor version that can run cellburst; empty if there is none."""
    for python in filter(None, [NAMED, *(shutil.which(f"python3.{minor}") for minor in range(10, 16))]):
        done = subprocess.run([python, "-c", NEEDS], capture_output=True, text=True, check=False)
        if done.returncode == 0 and int(done.stdout) != sys.version_info[1]:
            return python
    return ""


@pytest.fixture
def other(folders: Folders) -> str:
    return other_python() or pytest.skip("no other Python with cellburst's dependencies: set CELLBURST_OTHER_PYTHON")


def elsewhere(python: str, code: str) -> str:
    """What code prints in the other environment."""
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    done = subprocess.run(
        [python, "-c", code], env=environment, capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


THERE = """
import platform
import cellburst
run = cellburst.map(lambda n: {"n": [n]}, [1, 2])
run.wait(40)
def fail(): raise ValueError("theirs")
failed = cellburst.submit(fail).wait(40)
print(run.id, failed.id, platform.python_version())
"""


def test_the_store_of_another_python_is_read_and_its_values_are_refused(other: str, folders: Folders) -> None:
    assert cellburst.submit(abs, -5).result(30) == 5
    run_id, failed_id, version = elsewhere(other, THERE).split()
    assert len(list(folders.stores.glob("*.db"))) == 2, "a store for each environment"
    assert len(list(folders.runtime.glob("*.lock"))) >= 2, "and a controller"
    assert {run.id for run in cellburst.runs()} >= {run_id, failed_id}
    run = cellburst.attach(run_id)
    assert run.state is RunState.SUCCEEDED
    assert [row.state for row in run.results.rows()] == ["succeeded"] * 2
    with pytest.raises(PayloadError) as caught:
        run.results[0]
    assert f"made by Python {version}, and this is Python {platform.python_version()}" in str(caught.value)
    failed = cellburst.attach(failed_id)
    assert "ValueError: theirs" in str(failed.error), "as text: its type is not unpickled either"
    seen = elsewhere(other, "import cellburst; print(len(cellburst.runs()), cellburst.attach('last').state.value)")
    assert seen == "3 failed"


def test_a_run_of_another_environment_whose_controller_is_gone_cannot_be_changed_from_here(other: str) -> None:
    run_id, _, _ = elsewhere(
        other,
        THERE + "from cellburst.client.connecting.discover import offline\n"
        "from cellburst.wire.client import Shutdown\noffline().request(Shutdown(0))",
    ).split()
    run = cellburst.attach(run_id)
    with pytest.raises(ControllerError, match="another Python environment"):
        run.retry()
