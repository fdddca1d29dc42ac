"""Everything can be read on a dark page too, and changing the theme changes what is shown."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from accessibility import serious_findings
from gates import Gate
from lab_server import Lab
from notebooks import LOAD, Notebook
from runs_panel import RunsPanel
from watched_page import dark, open_lab, picture

BODY = """
print("task", n)
if n == 3:
    raise ValueError("three is out of range")
n * n"""


def test_dark(lab: Lab, page: Page) -> None:
    gate = Gate(lab)
    gate.open(*range(6))
    open_lab(page, lab)
    panel = RunsPanel(page).show()
    cell = gate.cell("local -p n=range(8) --name states --into r", BODY)
    notebook = Notebook(page, lab).write(LOAD, gate.assignment, cell).open()
    notebook.run(0, 1)
    notebook.start(2)
    row = panel.row("states")
    expect(row).to_contain_text("1 failed")
    card = notebook.output(2).get_by_role("region", name="states")
    run = card.get_attribute("data-run")
    dark(page)
    row.click()
    expect(row.get_by_role("grid", name="8 tasks")).to_be_visible()
    picture(page, "dark-panel")
    assert serious_findings(page, "#cellburst-runs", ".cb-RunCard") == []

    card.get_by_role("button", name="Open").click()
    tab = page.locator(f"#cellburst-run-{run}")
    tab.get_by_role("row", name="ValueError").click()
    expect(tab.get_by_role("tab", name="Error", selected=True)).to_be_visible()
    picture(page, "dark-tab")
    assert serious_findings(page, f"#cellburst-run-{run}") == []
    gate.open()
    expect(row).to_contain_text("8/8")
