"""The kernel is restarted in mid-run: the run goes on, and is collected into the new kernel."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from gates import Gate
from lab_server import Lab
from notebooks import LOAD, Notebook
from watched_page import open_lab, picture


def test_results_outlive_their_kernel(lab: Lab, page: Page) -> None:
    gate = Gate(lab)
    open_lab(page, lab)
    cell = gate.cell("local -p n=range(8) --name outliving --into squares")
    notebook = Notebook(page, lab).write(LOAD, gate.assignment, cell).open()
    notebook.run(0, 1)
    notebook.start(2)
    card = notebook.output(2).get_by_role("region", name="outliving")
    gate.open(0, 1, 2)
    expect(card).to_contain_text("3/8")

    notebook.restart_kernel()
    expect(card).to_contain_text("3/8")
    gate.open()
    expect(card).to_contain_text("8/8")  # no kernel tells the card
    picture(page, "restarted")

    card.get_by_role("button", name="Collect").click()
    expect(notebook.cell(3)).to_contain_text("cellburst.attach(")
    expect(notebook.cell(3).locator(".jp-InputPrompt")).to_have_text("[1]:")
    assert notebook.evaluate("list(squares)") == str([n * n for n in range(8)])
    picture(page, "restarted-collected")


def test_collecting_into_a_busy_kernel_says_that_it_waits(lab: Lab, page: Page) -> None:
    gate = Gate(lab)
    gate.open()
    busy = Gate(lab, "busy")
    hold = f"import pathlib, time\nwhile not pathlib.Path({str(busy.folder)!r}, 'all').exists(): time.sleep(0.01)"
    open_lab(page, lab)
    cell = gate.cell("local -p n=range(3) --name done --into squares")
    notebook = Notebook(page, lab).write(LOAD, gate.assignment, cell, "del squares", hold).open()
    notebook.run(0, 1, 2, 3)
    notebook.start(4)
    notebook.kernel_is("busy")
    notebook.output(2).get_by_role("button", name="Collect").click()
    expect(page.get_by_text("The kernel is busy: the new cell waits")).to_be_visible()
    picture(page, "collect-waits")
    busy.open()
    notebook.kernel_is("idle")
    prompt = notebook.cell(3).locator(".jp-InputPrompt")
    expect(prompt).to_have_text("[6]:")
    name = notebook.sources()[3].split(" = cellburst.attach")[0].split()[-1]
    assert notebook.evaluate(f"list({name})") == "[0, 1, 4]"
