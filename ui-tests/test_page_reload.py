"""The page is reloaded in mid-run: everything shows the run as it stands, not as it stood."""

from __future__ import annotations

from playwright.sync_api import Page, Response, expect

from gates import Gate
from lab_server import Lab
from notebooks import LOAD, Notebook
from runs_panel import RunsPanel
from watched_page import READY, open_lab, picture


def sent(answer: Response) -> str:
    """What was sent for this answer."""
    return answer.request.post_data or ""


def test_card_and_tab_after_a_reload(lab: Lab, page: Page) -> None:
    gate = Gate(lab)
    open_lab(page, lab)
    panel = RunsPanel(page).show()
    cell = gate.cell("local -p n=range(10) --name reloaded --into r")
    notebook = Notebook(page, lab).write(LOAD, gate.assignment, cell).open()
    notebook.run(0, 1)
    notebook.start(2)
    card = notebook.output(2).get_by_role("region", name="reloaded")
    gate.open(0, 1)
    expect(card).to_contain_text("2/10")
    run = card.get_attribute("data-run")
    with page.expect_response(lambda answer: "/api/workspaces" in answer.url and f"{run}" in sent(answer)):
        card.get_by_role("button", name="Open").click()  # JupyterLab keeps a moment later what is open
    tab = page.locator(f"#cellburst-run-{run}")
    expect(tab).to_contain_text("2/10")
    notebook.activate()
    notebook.save()

    page.reload()
    gate.open(2, 3, 4)
    page.wait_for_function(READY)
    expect(notebook.output(2).get_by_role("region", name="reloaded")).to_contain_text("5/10")
    expect(panel.row("reloaded")).to_contain_text("5/10")  # the panel is open again too
    picture(page, "reloaded")
    gate.open()
    expect(notebook.output(2).get_by_role("region", name="reloaded")).to_contain_text("10/10")
    expect(panel.row("reloaded")).to_contain_text("10/10")
    page.get_by_role("tab", name="reloaded").click()  # came back with the page
    expect(tab).to_contain_text("10/10")
    picture(page, "reloaded-tab")


def test_a_notebook_of_yesterday(lab: Lab, page: Page) -> None:
    gate = Gate(lab)
    open_lab(page, lab)
    cell = gate.cell("local -p n=range(4) --name yesterday --detach")
    notebook = Notebook(page, lab).write(LOAD, gate.assignment, cell).open()
    notebook.run(0, 1, 2)
    expect(notebook.output(2).get_by_role("region", name="yesterday")).to_contain_text("0/4")
    notebook.save()
    page.goto("about:blank")
    gate.open()
    lab.stop()
    lab.start()  # another server, no kernel
    open_lab(page, lab)
    notebook.open()
    expect(notebook.output(2).get_by_role("region", name="yesterday")).to_contain_text("4/4")
