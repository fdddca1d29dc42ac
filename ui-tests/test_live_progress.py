"""Fifty tasks, watched while they go."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from accessibility import serious_findings
from big_store import keep_measure
from gates import Gate
from lab_server import Lab
from notebooks import LOAD, Notebook
from runs_panel import RunsPanel
from watched_page import open_lab, picture

LATE = 2.0  # seconds; the aim is 0.3, which a machine that does other things misses


def test_fifty_tasks(lab: Lab, page: Page) -> None:
    gate = Gate(lab)
    open_lab(page, lab)
    panel = RunsPanel(page).show()
    cell = gate.cell("local -p n=range(50) --name fifty --into r")
    notebook = Notebook(page, lab).write(LOAD, gate.assignment, cell).open()
    notebook.run(0, 1)
    notebook.start(2)

    card = notebook.output(2).get_by_role("region", name="fifty")
    row = panel.row("fifty")
    expect(card).to_contain_text("0/50")
    expect(row).to_contain_text("0/50")
    expect(page.locator("#jp-main-statusbar")).to_contain_text("1")
    gate.open(*range(20))
    expect(card).to_contain_text("20/50")
    expect(row).to_contain_text("20/50")
    picture(page, "live-panel")
    row.click()
    expect(row.get_by_role("grid", name="50 tasks")).to_be_visible()
    picture(page, "live-panel-inline")
    tips_are_whole(panel, row.get_by_role("grid", name="50 tasks"))
    run = card.get_attribute("data-run")
    card.get_by_role("button", name="Open").click()
    tab = page.locator(f"#cellburst-run-{run}")
    expect(tab).to_contain_text("20/50")
    picture(page, "live-tab")
    gate.open()
    expect(tab).to_contain_text("50/50")
    expect(row).to_contain_text("50/50")
    picture(page, "live-tab-end")
    assert serious_findings(page, f"#cellburst-run-{run}", "#cellburst-runs") == []
    notebook.activate()
    expect(card).to_contain_text("50/50")
    notebook.kernel_is("idle")
    assert notebook.evaluate("sum(r)") == str(sum(n * n for n in range(50)))


def tips_are_whole(panel: RunsPanel, matrix: Locator) -> None:
    """What is said of a task is said in full, and inside the panel, however narrow that is."""
    for width in (250, 500):
        panel.widen(width)
        matrix.focus()
        matrix.press("Home")
        for _ in range(12):
            tip = panel.root.locator(".cb-Tip")
            expect(tip).to_have_text(re.compile(r"^Task \d+: \w+"))
            assert tip.evaluate("tip => tip.scrollWidth <= tip.clientWidth"), "what the tip says is cut"
            inner, outer = tip.bounding_box(), panel.root.bounding_box()
            assert inner is not None
            assert outer is not None
            assert outer["x"] <= inner["x"]
            assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]
            matrix.press("ArrowRight")


def test_how_long_after_the_fact(lab: Lab, page: Page) -> None:
    gate = Gate(lab)
    open_lab(page, lab)
    panel = RunsPanel(page).show()
    cell = gate.cell("local -p n=range(6) --parallel 1 --name timed --detach", "import time\ntime.time()")
    notebook = Notebook(page, lab).write(LOAD, gate.assignment, cell).open()
    notebook.run(0, 1, 2)
    row = panel.row("timed")
    expect(row).to_contain_text("0/6")
    run = notebook.output(2).get_by_role("region", name="timed").get_attribute("data-run")
    page.evaluate(
        """() => {
          window.seen = {};
          const panel = document.querySelector('#cellburst-runs');
          new MutationObserver(() => {
            const text = document.querySelector('#cellburst-runs .cb-RunRow-summary').textContent;
            const done = /^(\\d+)\\/6/.exec(text);
            if (done) { window.seen[done[1]] ??= Date.now() / 1000; }
          }).observe(panel, { childList: true, subtree: true, characterData: true });
        }"""
    )
    late = []
    for task in range(6):
        gate.open(task)
        expect(row).to_contain_text(f"{task + 1}/6")
        ended = float(lab.ask(f"runs/{run}/tasks/{task}")["summary"])
        seen: float = page.evaluate("done => window.seen[done]", str(task + 1))
        late.append(round(seen - ended, 3))
    keep_measure("seconds from a task's end to the panel", late)
    assert sorted(late)[len(late) // 2] < LATE, late
