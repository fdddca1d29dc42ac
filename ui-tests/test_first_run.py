"""From nothing to the first run, as the panel teaches it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from accessibility import serious_findings
from lab_server import Lab
from notebooks import Notebook
from runs_panel import RunsPanel
from watched_page import open_lab, picture


def test_what_the_empty_panel_teaches_works(lab: Lab, page: Page) -> None:
    open_lab(page, lab)
    panel = RunsPanel(page).show()
    expect(panel.root).to_contain_text("No runs yet")
    picture(page, "first-run-empty")
    assert serious_findings(page, "#cellburst-runs") == []

    cells = []
    buttons = panel.root.get_by_role("button", name=re.compile("Cop(y|ied)"))  # the one that was pressed says so
    for button in buttons.all():
        button.click()
        cells.append(str(page.evaluate("() => navigator.clipboard.readText()")))
    assert len(cells) == 2
    notebook = Notebook(page, lab).write(*cells, "squares.frame()").open()
    notebook.run(0, 1, 2)
    assert notebook.evaluate("list(squares)") == "[0, 1, 4, 9, 16, 25, 36, 49]"
    expect(notebook.output(2)).to_contain_text("succeeded")

    row = panel.row("n ** 2")
    expect(row).to_contain_text("8/8")
    expect(panel.group("study.ipynb")).to_be_visible()
    picture(page, "first-run")
    assert serious_findings(page, "#cellburst-runs", ".cb-RunCard") == []
    row.hover()
    row.get_by_role("button", name="Open n ** 2 in a tab").click()
    tab = page.locator(f"#cellburst-run-{row.get_attribute('data-run')}")
    expect(tab.locator(".cb-TaskTable").get_by_role("row").filter(has_text="49")).to_be_visible()
    picture(page, "first-run-tab")
