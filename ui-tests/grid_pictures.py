"""The pictures of docs/widget.md: a grid that has been written, and the results of its run."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from lab_server import Lab
from notebooks import LOAD, Notebook
from parameter_grid import ParameterGrid
from watched_page import command, dark, open_lab

FUNCTION = """import cellburst, math, time
def train(lr, depth, kernel="rbf", gamma=None):
    time.sleep(0.02)
    if kernel == "poly" and depth > 5:
        raise ValueError("poly kernels deeper than 5 do not converge")
    score = 0.94 - (math.log10(lr) + 1.7) ** 2 / 12 - (depth - 4) ** 2 / 50
    return {"accuracy": score - (0 if gamma is None else (math.log10(gamma) + 1) ** 2 / 40)}"""
GRID = """values = {"lr": [0.1, 0.03, 0.01, 0.003], "depth": range(2, 7), "kernel": ["rbf", "linear", "poly"]}
grid = cellburst.ParameterGrid(train, values)
grid.add("gamma", "geomspace(1e-3, 1, 4)", when="kernel == 'rbf'").where("lr * depth < 0.5")
if grid.last_run is None: grid.run().wait()
grid.wait().refresh()
grid"""


def take_grid(lab: Lab, browser: Browser, folder: Path) -> list[str]:
    """The names of the pictures, as they lie in ``folder``."""
    context = browser.new_context(viewport={"width": 1280, "height": 1100}, locale="en-GB", timezone_id="UTC")
    page = context.new_page()
    try:
        open_lab(page, lab)
        command(page, "apputils:change-theme", {"theme": "JupyterLab Light"})
        notebook = Notebook(page, lab, "grid.ipynb").write(LOAD, FUNCTION, GRID).open()
        notebook.run(0, 1, 2)
        grid = ParameterGrid(notebook, 2).ready()
        expect(grid.said).to_contain_text("succeeded", timeout=120_000)
        page.add_style_tag(content=".Toastify { display: none; }")  # the panel's own notice of the run
        grid.root.scroll_into_view_if_needed()
        grid.root.screenshot(path=folder / "grid.png", animations="disabled")
        grid.page("Results")
        expect(grid.tasks.first).to_be_visible()
        grid.root.screenshot(path=folder / "grid-results.png", animations="disabled")
        dark(page)
        grid.root.screenshot(path=folder / "grid-results-dark.png", animations="disabled")
    finally:
        context.close()
    return ["grid", "grid-results"]
