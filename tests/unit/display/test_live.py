from __future__ import annotations

import pytest

from cellburst.display.live import LiveDisplay
from cellburst.display.replay import Replay
from cellburst.display.screens import NotebookScreen
from tests.unit.display.samples import HEAD, SINGLE, FakeTime, Shell, status

STREAM = {"output_type": "stream", "name": "stdout", "text": "x\n"}


@pytest.fixture
def clock() -> FakeTime:
    return FakeTime()


@pytest.fixture
def shell() -> Shell:
    return Shell(kernel=object())


def live_display(shell: Shell, clock: FakeTime, single: bool = False) -> LiveDisplay:
    sink = Replay(shell) if single else None
    head = SINGLE if single else HEAD
    return LiveDisplay(head, NotebookScreen(shell), sink, monotonic=clock, wall=clock)


def test_an_instant_plain_cell_shows_nothing_of_its_run(shell: Shell, clock: FakeTime) -> None:
    live = live_display(shell, clock, single=True)
    live.status(status(running=1))
    clock.now += 0.4
    live.tick()
    live.close()
    assert shell.display_pub.kinds == []


def test_an_instant_sweep_has_one_display(shell: Shell, clock: FakeTime) -> None:
    live = live_display(shell, clock)
    live.status(status(running=2))
    clock.now += 0.4
    live.tick()
    live.status(status("succeeded", succeeded=2))
    live.close()
    assert shell.display_pub.kinds == ["display"]


def test_at_most_four_updates_a_second(shell: Shell, clock: FakeTime) -> None:
    live = live_display(shell, clock)
    for number in range(1000):  # ten seconds of news
        clock.now += 0.01
        live.status(status(succeeded=number, queued=1000 - number))
        live.progress(number, 0.5, str(number), None)
        live.tick()
    assert shell.display_pub.kinds[0] == "display"
    assert set(shell.display_pub.kinds[1:]) == {"update"}
    assert 30 <= len(shell.display_pub.kinds) <= 40
    assert len({identity for _, _, identity in shell.display_pub.said}) == 1


def test_the_same_view_is_not_sent_again(shell: Shell, clock: FakeTime) -> None:
    live = live_display(shell, clock)
    live.status(status(running=1))
    for _ in range(40):
        clock.now += 0.25
        live.tick()
    assert len(shell.display_pub.said) <= 12  # the seconds that pass, once they are shown whole


def test_metrics_are_shown_where_there_is_no_text(shell: Shell, clock: FakeTime) -> None:
    live = live_display(shell, clock)
    live.status(status(running=1))
    clock.now += 1
    live.progress(0, None, "", {"loss": 0.25, "step": 3})
    live.tick()
    assert "loss=0.25  step=3" in shell.display_pub.said[-1][1]["text/html"]


def test_output_of_a_single_cell_is_replayed_at_once(
    shell: Shell, clock: FakeTime, capsys: pytest.CaptureFixture[str]
) -> None:
    live = live_display(shell, clock, single=True)
    live.outputs(0, 1, [STREAM])
    assert capsys.readouterr().out == "x\n"
    assert shell.display_pub.said == []


def test_output_of_a_sweep_is_its_last_line(shell: Shell, clock: FakeTime, capsys: pytest.CaptureFixture[str]) -> None:
    live = live_display(shell, clock)
    live.status(status(running=1))
    clock.now += 1
    live.outputs(3, 1, [{**STREAM, "text": "Epoch 5\n"}])
    assert capsys.readouterr().out == ""
    assert "task 3  Epoch 5" in shell.display_pub.said[-1][1]["text/html"]


def test_a_cell_that_clears_its_output_still_ends_with_its_summary(shell: Shell, clock: FakeTime) -> None:
    live = live_display(shell, clock, single=True)
    live.status(status(running=1))
    clock.now += 1
    live.tick()
    for _ in range(3):
        live.outputs(0, 1, [{"output_type": "clear_output", "wait": True}])
        clock.now += 1
        live.tick()
    live.status(status("succeeded", succeeded=1))
    live.close()
    assert shell.display_pub.kinds == ["display", "clear", "clear", "clear", "display"]


def test_the_last_view_has_the_way_on(shell: Shell, clock: FakeTime) -> None:
    live = live_display(shell, clock)
    live.close("`%remote retry last`")
    assert "%remote retry last" in shell.display_pub.said[-1][1]["text/plain"]
