"""The whole demo, as somebody with a fresh installation runs it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_demo_trains_every_model_and_says_where_everything_is(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from cellburst.cli.main import main; main()", "demo", "--folder", "played"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=380, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stdout + done.stderr

    count = re.search(r"^(\d+) model types$", done.stdout, re.MULTILINE)
    assert count is not None
    assert int(count[1]) > 90
    last = re.findall(r"(\d+)/(\d+) tasks ended, (\d+) failed", done.stdout)[-1]
    assert last[0] == last[1] == count[1]
    scored = re.search(r"^(\d+) models scored, (\d+) could not", done.stdout, re.MULTILINE)
    assert scored is not None
    assert scored[2] == last[2]
    assert int(scored[1]) > 60

    assert "The ten best classifiers" in done.stdout
    assert "jupyter lab played/quickstart.ipynb" in done.stdout
    assert (tmp_path / "played" / "leaderboard.png").stat().st_size > 10_000
    played = nbformat.read(tmp_path / "played" / "quickstart.ipynb", as_version=4)
    assert not any(output.output_type == "error" for cell in played.cells for output in cell.get("outputs", []))


def test_without_its_packages_the_demo_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "from importlib import util\n"
        "found = util.find_spec\n"
        "util.find_spec = lambda name: None if name in ('nbclient', 'sklearn') else found(name)\n"
        "from cellburst.cli.main import main; main()"
    )
    command = [sys.executable, "-c", code, "demo"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 2
    assert "nbclient, sklearn" in done.stderr
    assert "pip install 'cellburst[demo]'" in done.stderr
