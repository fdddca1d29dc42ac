"""A page that tells what went wrong in it."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Error, Page

from lab_server import Lab

PICTURES = Path(__file__).parents[1] / "build" / "screenshots"
# What JupyterLab itself says in the console, with or without us.
NOT_OURS = [re.compile(text) for text in (r"favicon",)]
READY = "() => window.jupyterapp && window.jupyterapp.restored.then(() => true)"


class Watched:
    """The errors of a page: uncaught ones, and those in its console."""

    def __init__(self, page: Page) -> None:
        self.errors: list[str] = []
        self._allowed: list[re.Pattern[str]] = list(NOT_OURS)
        page.on("pageerror", self._uncaught)
        page.on("console", self._said)

    def allow(self, pattern: str) -> None:
        """A message that this test brings about on purpose."""
        self._allowed.append(re.compile(pattern))

    @property
    def unexpected(self) -> list[str]:
        return [error for error in self.errors if not any(allowed.search(error) for allowed in self._allowed)]

    def _uncaught(self, error: Error) -> None:
        self.errors.append(f"uncaught: {error.stack or error.message}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text} ({message.location.get('url', '')})")


def open_lab(page: Page, lab: Lab, path: str = "lab") -> None:
    """Open JupyterLab and wait until it is as it was left."""
    page.goto(lab.page_url(path))
    page.wait_for_function(READY, timeout=60_000)


def command(page: Page, identity: str, arguments: dict[str, object] | None = None) -> object:
    """Run a command of JupyterLab and wait for its end, as the palette would."""
    found: object = page.evaluate(
        "async ([id, args]) => { await window.jupyterapp.commands.execute(id, args); }", [identity, arguments or {}]
    )
    return found


def start_command(page: Page, identity: str, arguments: dict[str, object] | None = None) -> None:
    """Run a command and do not wait."""
    page.evaluate("([id, args]) => { window.jupyterapp.commands.execute(id, args); }", [identity, arguments or {}])


def show_runs(page: Page) -> None:
    """Bring the panel to the front."""
    command(page, "cellburst:show-runs")


def dark(page: Page) -> None:
    """JupyterLab's dark theme."""
    page.evaluate(
        """async () => {
          await window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' });
        }"""
    )
    page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")


def picture(page: Page, name: str) -> Path:
    """Keep how the page looks now, to be looked at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    return path
