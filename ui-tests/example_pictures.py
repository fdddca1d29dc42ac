"""The plots of the examples, for docs/examples.md."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, Locator, expect

from lab_server import Lab
from notebooks import Notebook
from watched_page import command, open_lab

EXAMPLES = Path(__file__).parents[1] / "examples"
PATIENCE = 300_000
_DRAWN = ".jp-RenderedVegaCommon5, .jp-RenderedImage"


def take_plots(lab: Lab, browser: Browser, folder: Path) -> list[str]:
    """Run every example in JupyterLab; a picture of each plot that it shows, by the notebook's name and a number."""
    names: list[str] = []
    for path in sorted(EXAMPLES.glob("*.ipynb")):
        if path.stem == "quickstart":  # its picture is that of the whole page
            continue
        shutil.copy(path, lab.root)
        names += _plots_of(lab, browser, path, folder)
    return names


def _plots_of(lab: Lab, browser: Browser, path: Path, folder: Path) -> list[str]:
    context = browser.new_context(viewport={"width": 1600, "height": 1900}, device_scale_factor=1.5, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    try:
        open_lab(page, lab)
        command(page, "apputils:change-theme", {"theme": "JupyterLab Light"})
        notebook = Notebook(page, lab, path.name).open()
        names = []
        for place, cell in enumerate(nbformat.read(path, as_version=4).cells):
            if cell.cell_type != "code":
                continue
            notebook.run(place)
            if "plot(" in cell.source.splitlines()[-1] or "subplots" in cell.source:
                names.append(f"example-{path.stem.replace('_', '-')}-{len(names) + 1}")
                _take(notebook.output(place).locator(_DRAWN).first, folder / f"{names[-1]}.png")
        return names
    finally:
        context.close()


def _take(plot: Locator, target: Path) -> None:
    expect(plot).to_be_visible(timeout=PATIENCE)
    drawn = plot.locator("canvas, svg, img").first
    expect(drawn.or_(plot).first).to_be_visible()
    plot.evaluate("element => element.scrollIntoView({ block: 'center' })")
    box = plot.locator("canvas, svg").first if plot.locator("canvas, svg").count() else plot
    box.screenshot(path=target, animations="disabled")
    print(f"build/pictures/{target.name}", flush=True)
