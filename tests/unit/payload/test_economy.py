"""How much travels: what did not change is not sent back, and of what did, only that."""

from __future__ import annotations

import pytest

from .conftest import Kernel

NUMPY = "import numpy as np\nimport pandas as pd\n"
FRAME = "df = pd.DataFrame({f'c{i}': np.full(100_000, i * 1.5) for i in range(10)})"  # 800 kB a column
CASES = {
    "an array that is only read": ("x = np.ones(1_000_000)", "s = x.sum()", 500),
    "one element": ("x = np.ones(1_000_000)", "x[5] = 2", 1_000),
    "one element of a view": ("x = np.ones(1_000_000); v = x[::2]", "v[5] = 2", 1_000),
    "a new view": ("x = np.ones(1_000_000)", "v = x[::2]; w = x.reshape(1000, 1000).T", 1_500),
    "a frame that is only read": (FRAME, "m = df.mean().sum()", 500),
    "a new column": (FRAME, "df['z'] = 1.5", 850_000),
    "one value of a frame": (FRAME, "df.loc[5, 'c3'] = -1.0", 1_200),
    "a column dropped": (FRAME, "del df['c3']", 5_000),
    "a frame of some columns": (FRAME, "few = df[['c1', 'c2']]; one = df['c5']", 1_700_000),
    "texts that are only read": ("df = pd.DataFrame({'s': ['text'] * 50_000})", "n = len(df)", 500),
    "a list that is only read": ("x = list(range(100_000))", "n = len(x)", 500),
    "a dictionary that is only read": ("x = {f'k{i}': i for i in range(50_000)}", "n = len(x)", 500),
    "an object among many": ("x = [{'n': i} for i in range(3_000)]", "x[7]['n'] = 0", 1_000),
    "a long text": ("t = 'x' * 1_000_000", "u = t", 500),
}


@pytest.mark.parametrize("name", CASES)
def test_only_what_changed_comes_back(kernel: Kernel, name: str) -> None:
    setup, cell, most = CASES[name]
    kernel.here(NUMPY + setup)
    kernel.there(cell)
    assert kernel.returned.size < most


def test_a_small_view_of_a_large_array_goes_alone(kernel: Kernel) -> None:
    kernel.here(NUMPY + "x = np.ones(1_000_000); v = x[10:20]; w = x[15:30]; far = x[-5:]")
    assert kernel.inputs("v").size < 1_000
    assert kernel.inputs("v w far").size < 2_000
    assert 8_000_000 < kernel.inputs("x v w far").size < 8_002_000


def test_memory_is_sent_once_whoever_shows_it(kernel: Kernel) -> None:
    kernel.here(
        NUMPY
        + "x = np.ones((1000, 1000)); t = x.T; df = pd.DataFrame(x, copy=False); s = df[3]; l = [x[:500], x[500:]]"
    )
    assert kernel.inputs("x t df s l").size < 8_010_000
