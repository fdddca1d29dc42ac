"""What asks the person at the kernel raises inside a remote cell: why, and what to do."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest

from tests.integration.kernels import Kernel
from tests.integration.shared import shared_folders  # noqa: F401

REMOTE = "%%remote local --quiet\n"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
needs_widgets = pytest.mark.skipif(importlib.util.find_spec("ipywidgets") is None, reason="ipywidgets is not installed")


@pytest.fixture(scope="module")
def kernel(folders: object) -> Iterator[Kernel]:
    started = Kernel()
    yield started
    started.close()


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("word = input('Word? ')", "input()"),
        ("import getpass\nword = getpass.getpass('Word? ')", "getpass.getpass()"),
        ("from getpass import getpass\nword = getpass()", "getpass.getpass()"),
    ],
)
def test_a_question_names_what_asked(kernel: Kernel, cell: str, name: str) -> None:
    failed = kernel.run(REMOTE + cell)
    assert failed.error["ename"] == "UsageError"
    assert failed.error["evalue"].startswith(f"{name} cannot be answered in a remote task")
    assert "ask in a cell before" in failed.error["evalue"]
    assert f"----> {len(cell.splitlines()) + 1}" in failed.traceback, "the cell's own line is shown"


def test_a_cell_may_handle_it(kernel: Kernel) -> None:
    cell = "try:\n    input()\nexcept Exception as error:\n    print(type(error).__name__, 'handled')"
    assert kernel.run(REMOTE + cell).stdout == "UsageError handled\n"


@needs_widgets
@pytest.mark.parametrize(
    "cell",
    [
        "import ipywidgets\nipywidgets.IntSlider()",
        "from ipywidgets import interact\ninteract(lambda x: x, x=3)",
        "import ipywidgets\nwith ipywidgets.Output():\n    print('never')",
    ],
)
def test_a_widget_is_not_made_there(kernel: Kernel, cell: str) -> None:
    failed = kernel.run(REMOTE + cell)
    assert failed.error["ename"] == "UsageError"
    assert "a widget lives in the kernel" in failed.error["evalue"]
    assert "make it in a cell without %%remote" in failed.error["evalue"]
    assert "----> 3" in failed.traceback
    assert "never" not in failed.stdout
    assert "comm_open" not in failed.kinds


@needs_widgets
def test_a_widget_of_the_kernel_does_not_travel_and_goes_on_working(kernel: Kernel) -> None:
    made = kernel.run("import ipywidgets\nslider = ipywidgets.IntSlider(value=4)\nslider.value")
    assert (made.value, "comm_open" in made.kinds) == ("4", True)
    refused = kernel.run(REMOTE + "print(slider.value)")
    assert "slider is a widget" in refused.error["evalue"]
    assert "Use its value" in refused.error["evalue"]
    assert kernel.run(REMOTE + "5 + 1").value == "6"
    assert kernel.run("slider.value += 1\nslider.value").value == "5"
