from __future__ import annotations

import math

import pytest

from cellburst.display.progress import RunProgress
from tests.unit.display.samples import HEAD, status


def stream(text: str, name: str = "stdout") -> dict[str, str]:
    return {"output_type": "stream", "name": name, "text": text}


@pytest.fixture
def progress() -> RunProgress:
    return RunProgress(HEAD, began=100.0)


def test_before_the_first_status_it_is_queued(progress: RunProgress) -> None:
    found = progress.view(101.5)
    assert found.state.value == "queued"
    assert found.elapsed == 1.5
    assert found.eta is None


def test_eta_counts_what_ended_since_following_began() -> None:
    progress = RunProgress(HEAD, began=200.0)  # attached 100 s after the start
    progress.take_status(status(succeeded=50, queued=50))
    progress.take_status(status(succeeded=60, queued=40))
    assert progress.view(210.0).eta == pytest.approx(40.0)
    assert progress.view(210.0).elapsed == pytest.approx(110.0)


def test_eta_counts_what_running_tasks_say(progress: RunProgress) -> None:
    progress.take_status(status(running=1))
    progress.take_progress(0, 0.25, "")
    assert progress.view(110.0).eta == pytest.approx(30.0)


@pytest.mark.parametrize("now", [100.5, 101.9])
def test_no_eta_from_the_first_moments(progress: RunProgress, now: float) -> None:
    progress.take_status(status(succeeded=0, queued=2))
    progress.take_status(status(succeeded=1, queued=1))
    assert progress.view(now).eta is None


def test_an_ended_run_has_its_own_time_and_no_lines(progress: RunProgress) -> None:
    progress.take_progress(0, 0.5, "half")
    ended = status("succeeded", succeeded=1)
    progress.take_status(type(ended)(ended.id, ended.state, ended.counts, started=100.0, ended=103.0))
    found = progress.view(500.0)
    assert (found.elapsed, found.eta, found.lines) == (3.0, None, ())


def test_the_tasks_that_spoke_last_are_shown_first(progress: RunProgress) -> None:
    progress.take_status(status(running=5))
    for index in range(5):
        progress.take_outputs(index, [stream(f"hello {index}\n")])
    progress.take_outputs(1, [stream("again\n")])
    assert [(line.index, line.text) for line in progress.view(101.0).lines] == [
        (1, "again"),
        (4, "hello 4"),
        (3, "hello 3"),
    ]


def test_a_line_may_arrive_in_pieces(progress: RunProgress) -> None:
    progress.take_outputs(0, [stream("Epo")])
    progress.take_outputs(0, [stream("ch 3"), stream("\n", "stderr")])
    assert progress.view(101.0).lines[0].text == "Epoch 3"


def test_output_keeps_the_fraction_that_was_said(progress: RunProgress) -> None:
    progress.take_progress(0, 0.5, "half")
    progress.take_outputs(0, [stream("more\n")])
    assert progress.view(101.0).lines[0].fraction == 0.5


@pytest.mark.parametrize(("said", "shown"), [(1.7, 1.0), (-3.0, 0.0), (math.nan, None), (math.inf, 1.0)])
def test_fractions_stay_within_bounds(progress: RunProgress, said: float, shown: float | None) -> None:
    progress.take_progress(0, said, "")
    assert progress.view(101.0).lines[0].fraction == shown


def test_ended_tasks_are_silent(progress: RunProgress) -> None:
    progress.take_progress(0, 0.5, "half")
    progress.take_ended([0, 7])
    assert progress.view(101.0).lines == ()


def test_what_ten_thousand_tasks_say_is_not_all_kept(progress: RunProgress) -> None:
    for index in range(10_000):
        progress.take_outputs(index, [stream("x" * 1000)])
    assert len(progress._said) <= 1000
    assert sum(map(len, progress._tails.values())) <= 400 * 1000


def test_other_records_say_nothing(progress: RunProgress) -> None:
    progress.take_outputs(0, [{"output_type": "display_data", "data": {}}, stream("  \n")])
    assert progress.view(101.0).lines == ()
