"""The line to the server breaks, and the server too: what happened meanwhile is shown, once and right."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, WebSocketRoute, expect

from gates import Gate, submitted
from lab_server import Lab
from runs_panel import RunsPanel
from watched_page import Watched, open_lab, picture


def test_a_dropped_websocket_leaves_no_gap(lab: Lab, page: Page, watched: Watched) -> None:
    watched.allow("WebSocket|websocket")
    lab.configure("cellburst", "manager", {"refresh": 10})
    gate = Gate(lab)
    submitted(lab, gate, 9, name="dropped")
    lines: list[WebSocketRoute] = []

    def connect(line: WebSocketRoute) -> None:
        lines.append(line)
        line.connect_to_server()

    page.route_web_socket("**/api/events/subscribe", connect)
    open_lab(page, lab)
    panel = RunsPanel(page).show()
    row = panel.row("dropped")
    expect(row).to_contain_text("0/9")
    gate.open(0, 1)
    expect(row).to_contain_text("2/9")
    drop(page, lines, lambda: gate.open(2, 3, 4))  # nobody is told of these
    expect(row).to_contain_text("5/9")
    drop(page, lines, lambda: gate.open(5))
    gate.open(6)  # this one is pushed again, and tells of the one before
    expect(row).to_contain_text("7/9")
    gate.open()
    expect(row).to_contain_text("9/9")
    expect(panel.tree.get_by_role("treeitem")).to_have_count(2)  # its group and itself, once


def drop(page: Page, lines: list[WebSocketRoute], meanwhile: Callable[[], None]) -> None:
    """Break the line, and wait until JupyterLab has made another."""
    with page.expect_websocket(lambda line: "events/subscribe" in line.url, timeout=60_000):
        for line in lines:
            line.close()
        meanwhile()
    lines[:-1] = []


def test_a_server_that_is_away_and_comes_back(lab: Lab, page: Page, watched: Watched) -> None:
    watched.allow(
        "WebSocket|websocket|Failed to load resource|ERR_CONNECTION|fetch|NetworkError|Server Connection|status"
    )
    gate = Gate(lab)
    submitted(lab, gate, 8, name="away")
    open_lab(page, lab)
    panel = RunsPanel(page).show()
    row = panel.row("away")
    gate.open(0, 1)
    expect(row).to_contain_text("2/8")
    lab.stop()
    expect(panel.root.get_by_text("does not answer")).to_be_visible(timeout=90_000)
    expect(row).to_contain_text("2/8")  # what was known stays
    picture(page, "server-away")
    gate.open()
    lab.start()
    dialog = page.get_by_role("dialog").get_by_role("button", name="Dismiss")  # JupyterLab's own
    page.add_locator_handler(dialog, lambda: dialog.click())
    expect(row).to_contain_text("8/8", timeout=120_000)
    expect(panel.root.get_by_text("does not answer")).to_have_count(0)
