"""Runs are ended from the page, also while the kernel is busy and while a task prints without end."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from gates import Gate, submitted
from lab_server import Lab
from notebooks import LOAD, Notebook
from watched_page import open_lab, picture, start_command

# Some thousand lines a second: at full speed the notebook's own outputs keep the page busy for minutes.
ENDLESS = """%%remote local --name endless
import time
while True:
    print("x" * 200)
    time.sleep(0.0002)"""


def confirm(page: Page) -> None:
    """Say yes to the question that is asked."""
    page.get_by_role("dialog").locator("button.jp-mod-accept").click()


def test_a_run_whose_cell_waits_for_it(lab: Lab, page: Page) -> None:
    gate = Gate(lab)
    open_lab(page, lab)
    notebook = Notebook(page, lab).write(
        LOAD, gate.assignment, gate.cell("local -p n=range(9) --name waiting --into r")
    )
    notebook.open().run(0, 1)
    notebook.start(2)
    card = notebook.output(2).get_by_role("region", name="waiting")
    expect(card).to_contain_text("0/9")
    gate.open(0, 1)
    expect(card).to_contain_text("2/9")
    card.get_by_role("button", name="Cancel").click()
    picture(page, "cancel-question")
    confirm(page)
    expect(card).to_contain_text("7 cancelled")
    notebook.kernel_is("idle")  # the cell has ended too
    picture(page, "cancelled")


def test_chosen_tasks(lab: Lab, page: Page) -> None:
    gate = Gate(lab)
    run = submitted(lab, gate, 6)
    open_lab(page, lab)
    start_command(page, "cellburst:open-run", {"run": run})
    tab = page.locator(f"#cellburst-run-{run}")
    for task in (4, 5):
        tab.get_by_role("gridcell", name=f"Choose task {task}").click()
    tab.get_by_role("button", name="Cancel these tasks").click()
    confirm(page)
    expect(tab.get_by_role("button", name="Cancelled 2")).to_be_visible()
    gate.open()
    expect(tab.get_by_role("button", name="Succeeded 4")).to_be_visible()


@pytest.mark.timeout(240)
def test_a_task_that_prints_without_end(lab: Lab, page: Page) -> None:
    open_lab(page, lab)
    notebook = Notebook(page, lab).write(LOAD, ENDLESS).open()
    notebook.run(0)
    notebook.start(1)
    card = notebook.output(1).get_by_role("region", name="endless")
    run = card.get_attribute("data-run")
    card.get_by_role("button", name="Open").click()
    tab = page.locator(f"#cellburst-run-{run}")
    expect(tab).to_contain_text("xxxxxxxxxxxxxxxxxxxx", timeout=60_000)
    assert usual_pause(page) < 1000, "the page does not answer while a task prints"
    tab.get_by_role("button", name="Cancel").first.click()
    confirm(page)
    expect(tab.get_by_text("Cancelled").first).to_be_visible()
    lab.await_kernels("idle")  # the page may still have to show what was printed


def usual_pause(page: Page, frames: int = 120) -> float:
    """Milliseconds between two frames of the page that nine of ten stay below; single ones are the busy machine's."""
    found: list[float] = page.evaluate(
        """frames => new Promise(resolve => {
          const pauses = [];
          let last = performance.now();
          const next = now => {
            pauses.push(now - last);
            last = now;
            pauses.length < frames ? requestAnimationFrame(next) : resolve(pauses);
          };
          requestAnimationFrame(next);
        })""",
        frames,
    )
    return sorted(found)[frames * 9 // 10]
