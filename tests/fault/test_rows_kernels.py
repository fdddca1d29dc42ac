"""Rows 2, 3, 24, 35 and 67 with real kernels: killed, interrupted, two at once, flooded, full of secrets."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from cellburst.client.connecting.record import find_controller
from cellburst.paths import Folders
from tests.fault.bytes_written import files_with
from tests.integration.kernels import Kernel
from tests.unit.pool.driver import eventually

pytestmark = pytest.mark.slow

WAITING = """%%remote -p i=range(4) --into scores
import os, time
while i >= 2 and not os.path.exists({gate!r}):
    time.sleep(0.02)
i * 10"""
HELD = """%%remote --detach --into mine
import os, time
while not os.path.exists({gate!r}):
    time.sleep(0.02)
{value!r}"""


@pytest.fixture
def start_kernel(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Kernel]]:
    monkeypatch.setenv("CELLBURST_WORKERS", "2")
    kernels: list[Kernel] = []

    def start(notebook: str = "") -> Kernel:
        monkeypatch.setenv("JPY_SESSION_NAME", notebook)
        kernels.append(Kernel())
        return kernels[-1]

    yield start
    for kernel in kernels:
        kernel.close()


def process_of(kernel: Kernel) -> psutil.Process:
    return psutil.Process(int(kernel.run("import os; os.getpid()").value))


def test_two_kernels_share_a_controller_and_leave_each_others_runs_alone(
    start_kernel: Callable[..., Kernel], folders: Folders, tmp_path: Path
) -> None:
    gate = str(tmp_path / "gate")
    first, second = start_kernel("first.ipynb"), start_kernel("second.ipynb")
    assert not first.run(HELD.format(gate=gate, value="one")).error
    record = find_controller(folders)
    assert not second.run(HELD.format(gate=gate, value="two")).error
    assert find_controller(folders) == record, "one controller for both"
    listed = first.run("import cellburst\nsorted(run.record.origin.notebook for run in cellburst.runs())").value
    assert listed == "['first.ipynb', 'second.ipynb']"
    names = first.run("mine.id").value, second.run("mine.id").value
    assert not first.run(f"%remote cancel {names[0][1:-1]}").error
    assert not first.run("_ = mine.wait()").error
    assert second.run("mine.state.value").value in ("'running'", "'queued'")
    Path(gate).touch()
    assert first.run(f"cellburst.attach({names[1]}).result(30)").value == "'two'"
    assert second.run("mine.result(30)").value == "'two'"
    assert second.run(f"import cellburst\ncellburst.attach({names[0]}).state.value").value == "'cancelled'"


def test_a_killed_kernels_run_is_listed_followed_and_collected_by_the_next(
    start_kernel: Callable[..., Kernel], tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    first = start_kernel()
    asked = first.start(WAITING.format(gate=str(gate)))
    first.until_shown(asked, "2 of 4 tasks done")
    victim = psutil.Process(first.manager.provisioner.pid)  # type: ignore[union-attr]
    victim.kill()
    victim.wait(10)
    second = start_kernel()
    listed = second.run("%remote runs")
    assert re.search(r"running +2/4", listed.shown)
    asked = second.start("found = %remote attach last")
    second.until_shown(asked, "2 of 4 tasks done · 2 running")
    gate.touch()
    assert not second.finish(asked).error
    assert second.run("list(found)").value == "[0, 10, 20, 30]"


def test_a_task_that_prints_for_ever_leaves_the_kernel_small_and_is_interrupted_in_time(
    start_kernel: Callable[..., Kernel],
) -> None:
    kernel = start_kernel()
    assert not kernel.run("%%remote\n1").error
    process = process_of(kernel)
    before = process.memory_info().rss
    asked = kernel.start("%%remote\nwhile True:\n    print('x' * 100)")
    eventually(lambda: kernel.client.get_iopub_msg(timeout=20)["msg_type"] == "stream")
    began = time.monotonic()
    while time.monotonic() < began + 2:
        kernel.client.get_iopub_msg(timeout=20)
    kernel.interrupt()
    interrupted = time.monotonic()
    found = kernel.finish(asked)
    assert found.error["ename"] == "KeyboardInterrupt"
    assert found.ended - interrupted < 4
    assert process.memory_info().rss - before < 128 << 20
    assert len(found.stdout) < 16 << 20
    assert kernel.run("6 * 7").value == "42"


PLANTED = "planted-7c1f0e-{}"


def test_secrets_are_written_nowhere_but_where_the_user_sent_them(
    start_kernel: Callable[..., Kernel], folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_API_TOKEN", PLANTED.format("environment"))
    kernel = start_kernel()
    planted = {"unread_password": PLANTED.format("unread"), "api_token": PLANTED.format("sent")}
    kernel.run(f"globals().update({planted!r}); label = 'public-7c1f0e'")
    found = kernel.run("%%remote\nimport os\nlen(api_token), len(label), 'MY_API_TOKEN' in os.environ")
    assert not found.error
    shown = found.stderr + found.stdout + "".join(str(content["data"]) for _, _, content in found.displays)
    assert "api_token" in shown, "it is warned of by name"
    assert PLANTED.format("sent") not in shown
    failing = "%%remote -p i=range(3)\nprint(i)\nif i == 2: raise ValueError(i)\nlen(api_token)"
    assert not kernel.run(failing).error
    assert files_with(folders, b"public-7c1f0e"), "the scan finds what is there"
    assert files_with(folders, PLANTED.format("environment").encode()) == []
    assert files_with(folders, PLANTED.format("unread").encode()) == []
    sent = {path.relative_to(folders.data).parts[0] for path in files_with(folders, PLANTED.format("sent").encode())}
    assert sent == {"stores"}, "the inputs of the user's own runs, and nothing else"
    with closing(sqlite3.connect(f"file:{folders.store}?mode=ro", uri=True)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        holding = {name for name in tables if _mentions(db, name, PLANTED.format("sent"))}
    assert holding == {"submissions"}


def _mentions(db: sqlite3.Connection, table: str, text: str) -> bool:
    rows = db.execute(f'SELECT * FROM "{table}"').fetchall()
    return any(
        text.encode() in (cell if isinstance(cell, bytes) else str(cell).encode()) for row in rows for cell in row
    )
