from __future__ import annotations

import io
import sys

import pytest

from cellburst.display.screens import FinalScreen, NoScreen, NotebookScreen, TerminalScreen, screen_for
from tests.unit.display.samples import Shell, view


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def open_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """In the test itself: pytest puts standard output back between a fixture and its test."""
    found = Terminal()
    monkeypatch.setattr(sys, "stdout", found)
    monkeypatch.setenv("COLUMNS", "40")
    return found


def test_a_kernel_gets_displays_a_terminal_a_line_a_pipe_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    open_terminal(monkeypatch)
    assert isinstance(screen_for(Shell(kernel=object())), NotebookScreen)
    assert isinstance(screen_for(Shell()), TerminalScreen)
    assert isinstance(screen_for(Shell(kernel=object()), quiet=True), NoScreen)


def test_no_live_line_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell()
    screen = screen_for(shell)
    assert type(screen) is FinalScreen
    screen.draw(view())
    assert shell.display_pub.said == []
    screen.finish(view())
    assert shell.display_pub.kinds == ["display"]
    assert capsys.readouterr().out == ""


def test_a_terminal_line_is_rewritten_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    shell = Shell()
    screen = TerminalScreen(shell)
    screen.draw(view(elapsed=1.0))
    screen.draw(view(elapsed=1.0))
    screen.finish(view("succeeded"))
    line, rest = terminal.getvalue().removeprefix("\r\x1b[K").split("\r\x1b[K")
    assert line.startswith("◐ running · 12 of 20 tasks done")
    assert len(line) <= 37, "behind it is room for the ^C that a terminal echoes"
    assert rest == ""
    assert shell.display_pub.kinds == ["display"]


def test_a_terminal_line_never_overwrites_the_cells_own(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    screen = TerminalScreen(Shell())
    screen.draw(view())
    screen.make_room()
    terminal.write("no end of line yet")
    screen.draw(view())
    assert terminal.getvalue().endswith("\r\x1b[Kno end of line yet")


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    screen = screen_for(Shell(), quiet=True)
    screen.draw(view())
    screen.finish(view())
    assert capsys.readouterr() == ("", "")
