"""The demo of runs on machines: it ends well, and leaves nothing, whatever happens to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

START = "from cellburst.cli.main import main; main()"
COMMAND = (sys.executable, "-c", START, "demo-cloud", "--machines", "2", "--seconds", "0.2")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(find_spec("moto") is None, reason='needs pip install "cellburst[fakecloud]"'),
]


@pytest.fixture
def temporary(tmp_path: Path) -> Iterator[Path]:
    """A folder for temporary files with a short name: sockets are below it."""
    with tempfile.TemporaryDirectory(prefix="cbd-") as folder:
        yield Path(folder)


def start(temporary: Path, *more: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CELLBURST_"))}
    return subprocess.Popen(
        [*COMMAND, *more],
        env={**kept, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def until(true: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "that did not come about"
        time.sleep(0.1)


def ours(temporary: Path) -> list[str]:
    """Processes that have to do with a demo below this folder."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            if any(str(temporary) in word for word in words) or process.environ().get("TMPDIR") == str(temporary):
                found.append(f"{process.pid} {' '.join(words)[:200]}")
        except psutil.Error:
            continue
    return found


def test_every_task_succeeds_and_nothing_is_left(temporary: Path) -> None:
    process = start(temporary, "--tasks", "6", "--reclaims", "0")
    output, _ = process.communicate(timeout=200)
    assert process.returncode == 0, output
    assert "6 of 6 tasks succeeded" in output
    assert "The cloud's own bill: $" in output
    assert "Machines that still cost something: 0" in output
    until(lambda: not ours(temporary))
    until(lambda: not list(temporary.iterdir()))


@pytest.mark.parametrize("whom", ["the command", "what it started"])
def test_nothing_is_left_of_a_demo_that_was_killed(temporary: Path, whom: str) -> None:
    process = start(temporary, "--tasks", "40", "--seconds", "30", "--reclaims", "0")
    assert process.stdout is not None
    line = ""
    while "machines booting" not in line and "machine booting" not in line and "setting up" not in line:
        line = process.stdout.readline()
        assert line, "the demo ended"
    children = psutil.Process(process.pid).children(recursive=True)
    for pid in [process.pid] if whom == "the command" else [child.pid for child in children]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    until(lambda: not ours(temporary))
    until(lambda: not list(temporary.iterdir()))
