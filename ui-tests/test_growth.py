"""Runs that grow while they are looked at: a search with its curves, copies, the calls of an executor."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from accessibility import serious_findings
from gates import PASS, Gate
from lab_server import Lab
from runs_panel import RunsPanel
from watched_page import command, open_lab, picture

# Trials report at once what they come to, and wait in their middle. The script ends; the search goes on.
SEARCH = """
import sys
import cellburst
from cellburst.sweeps import randint
gate = sys.argv[1]
def train(depth):
    from pathlib import Path
    from time import sleep
    for step in range(1, 31):
        loss = depth + 100 / step**2
        cellburst.task.report(step, loss, accuracy=1 / loss)
        while step == 15 and not (Path(gate) / "all").exists():
            sleep(0.01)
    return loss
run = cellburst.map(
    train, {"depth": randint(1, 9)}, search="random", trials=12, parallel=2, minimize="loss", name="deep", seed=1
)
print(run.id)
"""

# Copies give 0 and 1 in turn; those from the thirteenth on wait.
COPIES = """
import sys
import cellburst
gate = sys.argv[1]
def coin():
    from pathlib import Path
    from time import sleep
    while cellburst.task.index >= 12 and not (Path(gate) / "all").exists():
        sleep(0.01)
    return cellburst.task.index % 2
print(cellburst.submit(coin, until="stderr < 0.05", most=1000, parallel=2, name="coin").id)
"""

CALLS = f"""
import sys
import cellburst
gate, n = sys.argv[1], 0
executor = cellburst.Executor("local", name="calls", quiet=True)
print([executor.submit(pow, n, 2).result() for n in range(60)])
{PASS}
print([executor.submit(pow, n, 2).result() for n in range(60, 100)])
executor.shutdown()
"""


def tab_of(page: Page, run: str) -> Locator:
    command(page, "cellburst:open-run", {"run": run})
    return page.locator(f"#cellburst-run-{run}")


def test_curves_of_a_live_search(lab: Lab, page: Page) -> None:
    pytest.importorskip("optuna")
    gate = Gate(lab)
    run = lab.python(SEARCH, str(gate.folder)).split()[-1]
    open_lab(page, lab)
    tab = tab_of(page, run)
    expect(tab.locator(".cb-SearchLine")).to_contain_text("trial 0 of 12")
    tab.get_by_role("tab", name="Curves").click()
    chart = tab.get_by_role("listbox", name=re.compile("^loss, step by step"))
    expect(chart.get_by_role("option", name=re.compile("Running · step 15"))).to_have_count(2)
    drawing = chart.locator("svg").element_handle()
    picture(page, "curves-live")

    gate.open()
    expect(tab.locator(".cb-SearchLine")).to_contain_text(re.compile(r"12 trials.*best loss \d"))
    expect(chart.get_by_role("option", name=re.compile("Succeeded · step 30"))).to_have_count(12)
    assert drawing is not None
    assert drawing.evaluate("svg => svg.isConnected"), "the chart was made anew"
    picture(page, "curves-end")
    assert serious_findings(page, f"#cellburst-run-{run}") == []

    tab.get_by_label("Metric").select_option("accuracy")
    chart = tab.get_by_role("listbox", name=re.compile("^accuracy, step by step"))
    chart.focus()
    chart.press("End")
    expect(tab.locator(".cb-CurvesChart .cb-Tip")).to_contain_text("Task 11: Succeeded · step 30 · accuracy")
    chart.press("Enter")
    task = tab.get_by_role("region", name="Task 11")
    task.get_by_role("tab", name="Curve").click()
    expect(task.get_by_role("img", name=re.compile("step by step"))).to_be_visible()
    picture(page, "curves-task")
    expect(RunsPanel(page).show().row("deep")).to_contain_text("12/12")


def test_the_mean_of_copies_while_they_go_on(lab: Lab, page: Page) -> None:
    gate = Gate(lab)
    run = lab.python(COPIES, str(gate.folder)).split()[-1]
    open_lab(page, lab)
    tab = tab_of(page, run)
    line = tab.locator(".cb-SearchLine")
    expect(line).to_contain_text("12 copies of at most 1,000")
    expect(line).to_contain_text("mean 0.5 ± 0.15")
    picture(page, "copies-live")
    gate.open()
    expect(tab.locator(".cb-RunHeader-state")).to_have_text("Succeeded")
    ended = lab.ask(f"runs/{run}/estimates")["estimates"][0]
    expect(line).to_contain_text(f"{ended['n']} copies")
    expect(line).to_contain_text(f"± {ended['stderr']:.2g}")
    expect(tab.get_by_title(re.compile(f"value over {ended['n']} copies"))).to_be_visible()
    picture(page, "copies-end")
    assert serious_findings(page, f"#cellburst-run-{run}") == []


def test_a_run_that_grows_in_its_tab(lab: Lab, page: Page) -> None:
    gate = Gate(lab)
    with lab.background(CALLS, str(gate.folder)):
        open_lab(page, lab)
        row = RunsPanel(page).show().row("calls")
        expect(row).to_contain_text("60/60")
        tab = tab_of(page, str(row.get_attribute("data-run")))
        expect(tab.locator(".cb-SearchLine")).to_contain_text("waits for more calls")
        matrix = tab.get_by_role("grid", name="60 tasks")
        expect(matrix).to_be_visible()
        tab.locator(".cb-TaskTable [data-task='1'] .cb-TaskTable-box").click()
        expect(tab.locator(".cb-TaskTools-chosen")).to_contain_text("1 chosen")
        tab.locator(".cb-Chips").get_by_role("button", name="Succeeded").click()
        table = tab.locator(".cb-TaskTable")
        table.evaluate("table => { table.scrollTop = 390; }")
        expect(table.locator("[data-task='20']")).to_be_in_viewport()
        picture(page, "grows-before")

        gate.open()
        expect(tab.get_by_role("grid", name="100 tasks")).to_be_visible()
        expect(tab.locator(".cb-TaskTools-found")).to_have_text("100 tasks")
        expect(tab.get_by_role("grid", name="Tasks", exact=True)).to_have_attribute("aria-rowcount", "101")
        expect(tab.locator(".cb-TaskTools-chosen")).to_contain_text("1 chosen")
        assert table.evaluate("table => table.scrollTop") == 390
        filtered = tab.locator(".cb-Chips").get_by_role("button", name="Succeeded")
        expect(filtered).to_have_attribute("aria-pressed", "true")
        expect(tab.locator(".cb-RunHeader")).to_contain_text("Succeeded")
        expect(tab.locator(".cb-SearchLine")).to_have_count(0)
        picture(page, "grows-after")
        assert serious_findings(page, f"#{tab.get_attribute('id')}") == []
