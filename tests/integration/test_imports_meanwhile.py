"""What a kernel imports for a cell, and when: what the cell imports in its middle, while it still runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.integration.kernels import Kernel
from tests.integration.shared import shared_folders  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
_LIBRARY = find_spec("syslog")  # small, and nobody else's
_IS_SEEN = sys.platform == "linux" and _LIBRARY is not None and str(_LIBRARY.origin).endswith(".so")
CELL = """\
%%remote local
import time
def waits():
    import syslog
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with open("/proc/{kernel}/maps") as maps:
            if "syslog" in maps.read():
                return "seen"
        time.sleep(0.01)
    return "not seen"
waits()
"""


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    found = Kernel()
    yield found
    found.close()


@pytest.mark.skipif(not _IS_SEEN, reason="whether another process has loaded it is seen by its maps")
def test_the_kernel_imports_what_a_function_imports(kernel: Kernel) -> None:
    found = kernel.run(CELL.format(kernel=kernel.run("import os; os.getpid()").value))
    assert (found.value, found.stderr, found.error) == ("'seen'", "", {})
    assert kernel.run("import sys; 'syslog' in sys.modules").value == "True"


def test_a_plain_cell_does_without_the_store(kernel: Kernel) -> None:
    assert kernel.run("%%remote local\nx = [1]\nx").value == "[1]"
    assert kernel.run("%%remote local\nx.append(2)\nx").value == "[1, 2]"
    assert kernel.run("import sys; [name for name in sys.modules if name.startswith('cellburst.store')]").value == "[]"
