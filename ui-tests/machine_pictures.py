"""A run on machines of its own, for README and docs: the question, the machines while they run, and the bill."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from lab_server import Lab
from notebooks import LOAD, Notebook
from runs_panel import RunsPanel
from watched_page import command, dark, open_lab

CLOUD = """
import subprocess, sys
subprocess.run([sys.executable, "-m", "cellburst.testing.fakecloud", "--detach", "--speed", sys.argv[1]], check=True)
"""
"""A script that starts a made-up cloud which boots so many times faster than EC2, for the lab's own folders."""

_PATIENCE = 300_000
_RATES = "import math, time\nrates = [10 ** (-4 + n / 5) for n in range(16)]"
_CELL = """%%remote fakecloud -p lr=rates -p depth=range(2, 14) --cpus 4+ --parallel 16 --name sweep --into scores
time.sleep(2.5)
0.9 - (math.log10(lr) + 1.5) ** 2 / 20 - (depth - 7) ** 2 / 60"""


def take_machines(lab: Lab, browser: Browser, folder: Path) -> None:
    """One run, in a light page; its machines also in a dark and in a narrow one."""
    lab.python(CLOUD, "20")
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB", timezone_id="UTC")
    context.set_default_timeout(_PATIENCE)
    page = context.new_page()
    try:
        open_lab(page, lab)
        command(page, "apputils:change-theme", {"theme": "JupyterLab Light"})
        RunsPanel(page).show().widen(300)
        _take_all(lab, page, folder)
    finally:
        context.close()


def _take_all(lab: Lab, page: Page, folder: Path) -> None:
    panel = RunsPanel(page)
    notebook = Notebook(page, lab, "machines.ipynb").write(LOAD, _RATES, _CELL).open()
    notebook.run(0, 1)
    notebook.start(2)
    answer = notebook.cell(2).locator(".jp-Stdin-input")
    expect(answer).to_be_visible(timeout=_PATIENCE)
    _take(page, folder, "machines-question")
    answer.fill("y")
    answer.press("Enter")
    live = panel.root.locator(".cb-LiveMachines-all")
    expect(live).to_be_visible(timeout=_PATIENCE)
    _take(page, folder, "machines-card")
    run = panel.row("sweep").get_attribute("data-run")
    command(page, "cellburst:open-run", {"run": run})
    tab = page.locator(f"#cellburst-run-{run}")
    tab.get_by_role("tab", name="Machines").click()
    expect(tab.locator(".cb-RunHeader-facts")).to_contain_text(re.compile(r"[3-9]\d/192"), timeout=_PATIENCE)
    _take(page, folder, "machines-light")
    dark(page)
    _take(page, folder, "machines-dark")
    page.set_viewport_size({"width": 800, "height": 800})
    _take(page, folder, "machines-narrow")
    page.set_viewport_size({"width": 1280, "height": 800})
    command(page, "apputils:change-theme", {"theme": "JupyterLab Light"})
    expect(tab.locator(".cb-MachineTable-row:not(.cb-mod-ended)")).to_have_count(0, timeout=_PATIENCE)
    expect(tab.locator(".cb-Machines-report")).to_be_visible(timeout=_PATIENCE)
    _take(page, folder, "machines-ended")
    notebook.activate()
    notebook.kernel_is("idle")
    notebook.run(0)  # whose buttons do not hide the cell
    notebook.cell(2).evaluate("cell => cell.scrollIntoView({ block: 'start' })")
    _take(page, folder, "machines-bill")


def _take(page: Page, folder: Path, name: str) -> None:
    page.mouse.move(2, 2)
    page.screenshot(path=folder / f"{name}.png", animations="disabled", caret="hide")
    print(f"build/pictures/{name}.png", flush=True)
