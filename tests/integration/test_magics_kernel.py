"""The live display in a real kernel whose event loop is blocked by the cell itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cellburst.display.view import MIME
from tests.integration.kernels import Kernel

BLOCKING_CELL = """
import time
from cellburst.display.live import LiveDisplay
from cellburst.display.screens import screen_for
from cellburst.display.view import RunHead
from cellburst.model.run import Counts, RunState, RunStatus

shell = get_ipython()
head = RunHead("0abc123-x9z8", "", "local", "/data/e.db", single=False)
live = LiveDisplay(head, screen_for(shell))
begun, number = time.monotonic(), 0
while time.monotonic() < begun + {seconds}:
    number += 1
    live.status(RunStatus(head.id, RunState.RUNNING, Counts(succeeded=number, queued=10_000), time.time()))
    time.sleep(0.01)
live.status(RunStatus(head.id, RunState.SUCCEEDED, Counts(succeeded=number), begun, begun + 1))
live.close()
print("last line of the cell")
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    found = Kernel()
    yield found
    found.close()


def test_updates_arrive_while_the_cell_runs(kernel: Kernel) -> None:
    found = kernel.run(BLOCKING_CELL.format(seconds=2.5))
    assert not found.error
    assert [kind for _, kind, _ in found.displays] == ["display_data"] + ["update_display_data"] * (
        len(found.displays) - 1
    )
    assert len({content["transient"]["display_id"] for _, _, content in found.displays}) == 1
    assert set(found.displays[0][2]["data"]) == {MIME, "text/html", "text/plain"}
    early = [at for at, _, _ in found.displays if at < found.ended - 0.5]
    assert len(early) >= 2  # not all at once, at the end
    assert len(found.displays) <= 1 + 4 * 2.5


def test_an_instant_cell_has_one_display(kernel: Kernel) -> None:
    found = kernel.run(BLOCKING_CELL.format(seconds=0.1))
    assert [kind for _, kind, _ in found.displays] == ["display_data"]
