"""What other processes have done is told by their clocks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fidelity.work import since, work

_BUSY = "import time\nwhile time.process_time() < 0.2: pass\nprint(flush=True)\ninput()"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_the_work_of_a_home_s_processes_is_known(tmp_path: Path) -> None:
    before = work(tmp_path)
    assert before == {}
    busy = [sys.executable, "-c", _BUSY]
    with subprocess.Popen(busy, env={"HOME": str(tmp_path)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert set(work(tmp_path)) == {process.pid}
        assert since(before, tmp_path) >= 0.2
        assert since({process.pid: 0.1}, tmp_path) >= 0.1
        process.kill()
