from __future__ import annotations

import pytest

from cellburst.cli.demo.screen import LiveScreen, PlainScreen, open_screen
from cellburst.model.run import Counts
from cellburst.model.stored import TaskRow


def play_on(screen: PlainScreen | LiveScreen) -> None:
    with screen:
        screen.heading("The sweep")
        screen.counts(Counts(queued=3))
        screen.task_ended(TaskRow(0, "failed", {"name": "Ridge"}))
        screen.counts(Counts(succeeded=2, failed=1))
        screen.run_ended()
        screen.text("[bold]a table[/bold]")


@pytest.mark.parametrize("plain", [True, False])
def test_a_screen_says_everything_in_order(plain: bool, capsys: pytest.CaptureFixture[str]) -> None:
    screen = open_screen(plain)
    assert isinstance(screen, PlainScreen if plain else LiveScreen)
    play_on(screen)
    said = capsys.readouterr().out
    assert "The sweep" in said
    assert "3/3" in said
    assert "1 failed" in said
    assert said.rstrip().endswith("[bold]a table[/bold]")


def test_plain_progress_lines_are_seldom(capsys: pytest.CaptureFixture[str]) -> None:
    screen = PlainScreen()
    for done in range(100):
        screen.counts(Counts(queued=100 - done, succeeded=done))
    assert capsys.readouterr().out.count("\n") <= 1
