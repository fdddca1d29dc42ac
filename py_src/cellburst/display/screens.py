"""Where a run is drawn: a notebook's output, a terminal's last line, or only once at the end."""

from __future__ import annotations

import secrets
import shutil
import sys
from typing import Any, Protocol

from cellburst.display.card import card_bundle, live_text
from cellburst.display.formatting import text_width
from cellburst.display.live import Screen
from cellburst.display.view import RunView

_CLEAR_LINE = "\r\x1b[K"
_ROOM = 3  # columns left free: a terminal echoes ^C behind the line, and must not wrap it


class Publisher(Protocol):
    """IPython's display publisher, as much of it as is used."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
    ) -> Any: ...
    def clear_output(self, wait: bool = False) -> Any: ...


class Shell(Protocol):
    """IPython's shell, as much of it as is used; the publisher changes under ``%%capture``."""

    @property
    def display_pub(self) -> Publisher: ...


def screen_for(shell: Shell, *, quiet: bool = False) -> Screen:
    """The screen that fits where ``shell`` runs."""
    if quiet:
        return NoScreen()
    if getattr(shell, "kernel", None) is not None:
        return NotebookScreen(shell)
    return TerminalScreen(shell) if sys.stdout.isatty() else FinalScreen(shell)


class NoScreen:
    """Shows nothing (``--quiet``)."""

    def draw(self, view: RunView) -> None: ...
    def finish(self, view: RunView) -> None: ...
    def make_room(self) -> None: ...
    def cleared(self) -> None: ...


class FinalScreen(NoScreen):
    """Shows the end only: standard output is a file or a pipe."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def finish(self, view: RunView) -> None:
        self._shell.display_pub.publish(card_bundle(view), {})


class NotebookScreen:
    """One display that is updated in place; the same view twice costs no message."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._id = f"cellburst-{secrets.token_hex(8)}"
        self._shown: dict[str, Any] | None = None
        self._gone = False

    def draw(self, view: RunView) -> None:
        if not self._gone:
            self._show(card_bundle(view))

    def finish(self, view: RunView) -> None:
        if self._gone:  # an update would find nothing to update
            self._shown, self._gone = None, False
        self._show(card_bundle(view))

    def make_room(self) -> None: ...

    def cleared(self) -> None:
        # Shown again at the end only: among the frames of an animation it would flicker.
        self._gone = True

    def _show(self, bundle: dict[str, Any]) -> None:
        if bundle == self._shown:
            return
        update = self._shown is not None
        self._shell.display_pub.publish(bundle, {}, transient={"display_id": self._id}, update=update)
        self._shown = bundle


class TerminalScreen:
    """The last line of a terminal, rewritten; never over text of the cell that has not ended its line."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._drawn = ""
        self._room_made = False

    def draw(self, view: RunView) -> None:
        width = max(20, shutil.get_terminal_size().columns - _ROOM)
        line = _fitting(live_text(view), width)
        if line == self._drawn or self._room_made:
            return
        self._write(_CLEAR_LINE + line)
        self._drawn = line

    def finish(self, view: RunView) -> None:
        self._erase()
        self._shell.display_pub.publish(card_bundle(view), {})

    def make_room(self) -> None:
        # From the first output on the terminal's last line is the cell's own.
        self._erase()
        self._room_made = True

    def cleared(self) -> None: ...

    def _erase(self) -> None:
        if self._drawn:
            self._write(_CLEAR_LINE)
            self._drawn = ""

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def _fitting(text: str, width: int) -> str:
    if text_width(text) <= width:
        return text
    while text_width(text) > width - 1:
        text = text[: -max(1, (text_width(text) - width) // 2)]
    return text + "…"
