"""Searches and estimates as cells of real kernels."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.integration.kernels import Kernel

pytestmark = pytest.mark.slow

_LINE = "--search tpe --trials 12 --minimize loss --seed 1 -p x=uniform(-5,5) -p how=choice([abs,float]) "
SEARCH = f"""%%remote local {_LINE} -p kind=['a','b'] -p g=uniform(0,1) --when g="kind == 'a'" --into found
import time
time.sleep(0.15)
assert (g is not None) == (kind == 'a') and how in (abs, float)
loss = (x - target) ** 2 + (g or 0.5)
"""


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    monkeypatch.setenv("CELLBURST_WORKERS", "2")
    kernel = Kernel()
    yield kernel
    kernel.close()


def test_a_search_shows_how_far_it_is_and_goes_on_when_it_is_asked_to(kernel: Kernel) -> None:
    kernel.run("target = 2.0")
    asked = kernel.start(SEARCH)
    early = kernel.until_shown(asked, "of 12 · best loss ")
    assert re.search(r"trial \d+ of 12 · best loss [\d.]+ \(x=", early.shown)
    ran = kernel.finish(asked)
    assert not ran.error, ran.traceback
    assert re.search(r"succeeded · 12 trials · best loss [\d.]+ \(x=[-\d.]+, how=(abs|float), kind=(a|b)", ran.shown)
    assert kernel.run("len(found), found.best('loss', 'min').params['how'] in (abs, float)").value == "(12, True)"
    assert "goes on" in kernel.run("%remote continue last --trials 4").stdout
    assert not kernel.run("%remote attach last --into found").error
    assert kernel.run("len(found)").value == "16"


def test_a_cell_is_repeated_until_its_value_is_known_well_enough(kernel: Kernel) -> None:
    ran = kernel.run('%%remote --until "stderr < 0.02" --most 5000 --seed 3\nimport random\nrandom.random()\n')
    assert not ran.error, ran.traceback
    assert re.search(r"succeeded · \d+ copies · mean 0\.[45]\d+ ± 0\.0(1|2)", ran.shown), ran.shown
    kernel.run("import cellburst; run = cellburst.attach('last')")
    assert kernel.run("run.estimate.stderr < 0.02, 150 < run.estimate.n < 300").value == "(True, True)"


def test_the_stop_button_ends_a_search_and_it_can_be_taken_up_again(kernel: Kernel) -> None:
    kernel.run("target = 1.0")
    asked = kernel.start(SEARCH.replace("0.15", "0.4"))
    kernel.until_shown(asked, "best loss")
    kernel.interrupt()
    ended = kernel.finish(asked)
    assert ended.error["ename"] == "KeyboardInterrupt"
    assert "results are kept; `%remote continue" in ended.traceback
    assert (
        kernel.run("import cellburst; run = cellburst.attach('last'); run.wait(30).state.value").value == "'cancelled'"
    )
    assert kernel.run("run.search_more().wait(60).state.value, run.counts.succeeded").value == "('succeeded', 12)"
