"""A run on machines of its own, from the question to the bill, on the made-up cloud."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from playwright.sync_api import Page, expect

from accessibility import serious_findings
from lab_server import Lab
from machine_pictures import CLOUD
from notebooks import LOAD, Notebook
from runs_panel import RunsPanel
from watched_page import open_lab, picture

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(420),
    pytest.mark.skipif(find_spec("moto") is None, reason='needs pip install "cellburst[fakecloud]"'),
]
BOOT = 180_000  # ms; on a busy machine
OPTIONS = "--instance-type m7i.xlarge --spot-policy on-demand --parallel 8 --max-lifetime 3h"
CELL = f"%%remote fakecloud -p n=range(80) {OPTIONS} --name squares --into r\nimport time\ntime.sleep(4)\nn * n"


def test_machines_come_work_and_end(lab: Lab, page: Page) -> None:
    lab.python(CLOUD, "60")
    open_lab(page, lab)
    panel = RunsPanel(page).show()
    notebook = Notebook(page, lab).write(LOAD, CELL).open()
    notebook.run(0)
    notebook.start(1)

    answer = notebook.cell(1).locator(".jp-Stdin-input")
    expect(answer).to_be_visible(timeout=BOOT)
    expect(notebook.output(1)).to_contain_text("Start 2 machines for up to $1.21?")
    answer.fill("y")
    answer.press("Enter")

    live = panel.root.get_by_role("status").filter(has_text="2 machines · $0.40/h")
    expect(live).to_be_visible(timeout=BOOT)
    run = panel.row("squares").get_attribute("data-run")
    card = notebook.output(1).get_by_role("region", name="squares")
    expect(card).to_contain_text("machines")
    live.click()
    panel.root.locator(".cb-LiveMachines-run").click()
    tab = page.locator(f"#cellburst-run-{run}")
    tab.get_by_role("tab", name="Machines").click()
    machine = tab.locator(".cb-MachineTable-row").filter(has_text="m1")
    expect(machine).to_contain_text("Running", timeout=BOOT)
    expect(tab.get_by_role("meter", name="Cost")).to_be_visible()
    picture(page, "machines-running")
    assert serious_findings(page, f"#cellburst-run-{run}", "#cellburst-runs") == []

    expect(machine).to_contain_text("Ended", timeout=BOOT)
    expect(tab.get_by_role("list", name="What it came to")).to_contain_text("machine-hours")
    expect(live).to_be_hidden(timeout=BOOT)
    picture(page, "machines-ended")
    machine.get_by_role("button").click()
    tab.locator(".cb-TaskTable [data-task]").first.click()
    tab.get_by_role("tab", name="Details").click()
    tab.get_by_role("button", name="m1.").first.click()
    expect(machine).to_be_focused()

    notebook.activate()
    notebook.kernel_is("idle")
    expect(notebook.output(1)).to_contain_text("2 machines, ")
    expect(notebook.output(1).locator("mjx-container")).to_have_count(0)  # dollars are no maths
    assert notebook.evaluate("sum(r)") == str(sum(n * n for n in range(80)))
