"""Seeds of tasks, as they must stay for ever."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cellburst.sweeps.seeds import task_seed


@pytest.mark.parametrize(
    ("run_seed", "index", "seed"),
    [
        (0, 0, 0x784DFB2CDFF7B411),
        (1, 0, 0x7503EF9461D5F260),
        (0, 1, 0x43BFFF7A2820A7AF),
        (2**64, 2**32, 0xE019B70FC7284F55),
    ],
)
def test_recorded_seeds(run_seed: int, index: int, seed: int) -> None:
    assert task_seed(run_seed, index) == seed


@pytest.mark.parametrize(("run_seed", "index"), [(-1, 0), (0, -1)])
def test_negative_numbers_are_refused(run_seed: int, index: int) -> None:
    with pytest.raises(ValueError, match="not negative"):
        task_seed(run_seed, index)


def test_seeds_and_sweeps_need_no_numpy() -> None:
    code = (
        "import sys, cellburst.sweeps.seeds, cellburst.sweeps.build, cellburst.cells.names\n"
        "import cellburst.cells.local_modules, cellburst.cells.packages\n"
        "cellburst.cells.names.analyse('x = y')\n"
        "print([name for name in ('numpy', 'pandas', 'IPython', 'cloudpickle', 'sqlite3') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
