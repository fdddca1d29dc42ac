"""Without a mouse: from the palette to the panel, to a run, to a task, and to cancelling it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from gates import Gate, submitted
from lab_server import Lab
from runs_panel import RunsPanel
from watched_page import open_lab, picture

MANY = 40


def tab_to(page: Page, what: str, selector: str, text: str = "", key: str = "Tab") -> None:
    """Press Tab until what is wanted has the focus."""
    has_focus = (
        "([selector, text]) => (e => e?.matches(selector) && e.textContent.includes(text))(document.activeElement)"
    )
    for _ in range(MANY):
        if page.evaluate(has_focus, [selector, text]):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{what} cannot be reached with the {key} key")


def test_keys_only(lab: Lab, page: Page) -> None:
    gate = Gate(lab)
    gate.open(0, 1, 2)
    run = submitted(lab, gate, 12, "print('task', n)\nreturn n * n", "by keys")
    open_lab(page, lab)
    panel = RunsPanel(page)
    palette = page.locator("#modal-command-palette")
    expect(page.locator(".jp-Launcher-body")).to_be_visible()  # it takes the focus when it comes
    page.keyboard.press("Control+Shift+C")
    expect(palette.locator("input")).to_be_focused()
    page.keyboard.type("show runs")
    expect(palette.locator(".lm-CommandPalette-item.lm-mod-active")).to_contain_text("Show runs")
    page.keyboard.press("Enter")
    expect(palette).to_be_hidden()
    row = panel.row("by keys")
    expect(row).to_contain_text("3/12")

    tab_to(page, "the list of runs", "#cellburst-runs [role=treeitem]")
    page.keyboard.press("End")
    expect(row).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(row).to_have_attribute("aria-expanded", "true")
    picture(page, "keyboard-row")
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    tab = page.locator(f"#cellburst-run-{run}")
    expect(tab).to_contain_text("3/12")

    tab_to(page, "the matrix of tasks", f"#cellburst-run-{run} .cb-TaskMatrix [role=grid]")
    for key in ("Home", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(tab).to_contain_text(re.compile(r"Task 2\s*of 12"))
    picture(page, "keyboard-task")

    tab_to(page, "the button that cancels", f"#cellburst-run-{run} button", "Cancel", "Shift+Tab")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    picture(page, "keyboard-question")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("Enter")  # the focus is where it was
    expect(dialog).to_be_visible()
    tab_to(page, "the button that confirms", "button.jp-mod-accept")
    page.keyboard.press("Enter")
    expect(tab).to_contain_text("9 cancelled")
