"""The pictures of README and docs, from a real run of the quickstart: `make screenshots`.

build/pictures/ has every view in both themes, at 1280 and 1920 pixels, with a panel of 250 and 500 pixels, for whoever
mends the looks; the few that the documents show are also put, with fewer colours, into docs/images/.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from chromium import launched
from example_pictures import take_plots
from grid_pictures import take_grid
from lab_server import Lab, serving
from machine_pictures import take_machines
from notebooks import Notebook
from runs_panel import RunsPanel
from watched_page import command, dark, open_lab

ROOT = Path(__file__).parents[1]
ALL = ROOT / "build" / "pictures"
SHOWN = ROOT / "docs" / "images"
COLOURS = 256
PATIENCE = 600_000

# what a few days of work leave behind: an ended sweep with two failures, one that was cancelled, and a long log
HISTORY = """
import math, time, cellburst
def train(lr, depth, seed):
    if depth == 7 and lr > 0.3:
        raise ValueError(f"no convergence: lr={lr}, depth={depth}")
    score = 0.9 - (math.log10(lr) + 1.5) ** 2 / 20 - (depth - 5) ** 2 / 60 + 0.01 * math.sin(seed)
    cellburst.task.log(score=score, loss=1 - score)
    return score
rates = [0.003, 0.01, 0.03, 0.1, 0.3, 0.5]
cellburst.map(train, {"lr": rates, "depth": [3, 4, 5, 6, 7], "seed": [1, 2]}, name="boosting: rate and depth").wait()
def epochs(n):
    for epoch in range(1, 41):
        loss = math.exp(-epoch / 12) + 0.02 * math.sin(epoch * n)
        print(f"\\x1b[2mepoch\\x1b[0m {epoch:>3}  loss \\x1b[36m{loss:.4f}\\x1b[0m")
        time.sleep(0.05)
    return loss
cellburst.map(epochs, [{"n": 1}, {"n": 2}, {"n": 3}], name="three networks").wait()
run = cellburst.map(time.sleep, [0.01, 0.01, 3600, 3600, 3600], name="overnight", parallel=2)
while run.counts.succeeded < 2:
    time.sleep(0.05)
run.cancel()
"""


def main() -> int:
    """Make all of them; exit status 0."""
    for folder in (ALL, SHOWN):
        folder.mkdir(parents=True, exist_ok=True)
    with serving() as lab, sync_playwright() as playwright:
        expect.set_options(timeout=60_000)
        browser = launched(playwright)
        lab.python(HISTORY, timeout=300)
        shutil.copy(ROOT / "examples" / "quickstart.ipynb", lab.root)
        take_live(lab, browser)
        for theme, width, panel in product(("light", "dark"), (1280, 1920), (250, 500)):
            with opened(lab, browser, width, theme, panel) as page:
                take_views(page, f"{theme}-{width}-{panel}")
        take_machines(lab, browser, ALL)
        plots = [*take_plots(lab, browser, ALL), *take_grid(lab, browser, ALL)]
        browser.close()
    for name, source in {
        "lab-light": "live-light",
        "lab-dark": "live-dark",
        "run": "run-light-1280-250",
        "chart": "chart-light-1280-250",
        "task": "task-light-1280-250",
        "error": "error-light-1280-250",
        "machines": "machines-light",
        "bill": "machines-bill",
    }.items():
        publish(ALL / f"{source}.png", SHOWN / f"{name}.png")
    for name in plots:
        publish(ALL / f"{name}.png", SHOWN / f"{name}.png")
    return 0


@contextmanager
def opened(lab: Lab, browser: Browser, width: int, theme: str, panel: int) -> Iterator[Page]:
    """JupyterLab with the panel in front."""
    context = browser.new_context(
        viewport={"width": width, "height": width * 5 // 8}, locale="en-GB", timezone_id="UTC"
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    try:
        open_lab(page, lab, f"lab/workspaces/{theme}-{width}-{panel}")  # without what other pages have left open
        if theme == "dark":
            dark(page)
        else:
            command(page, "apputils:change-theme", {"theme": "JupyterLab Light"})
        RunsPanel(page).show().widen(panel)
        yield page
    finally:
        context.close()


def take_live(lab: Lab, browser: Browser) -> None:
    """The quickstart in the middle of its sweep, in both themes, and then to its end."""
    with opened(lab, browser, 1280, "light", 300) as page:
        panel = RunsPanel(page)
        notebook = Notebook(page, lab, "quickstart.ipynb").open()
        cells = [place for place, source in enumerate(notebook.sources()) if source.startswith(("%", "from", "import"))]
        sweep = next(place for place in cells if notebook.sources()[place].startswith("%%remote"))
        notebook.run(*[place for place in cells if place < sweep])
        for theme in ("light", "dark"):
            if theme == "dark":
                dark(page)
            notebook.start(sweep)
            going = panel.tree.locator(".cb-RunRow.cb-mod-running .cb-RunRow-summary")
            expect(going).to_contain_text(re.compile(r"^[3-9]\d/"), timeout=PATIENCE)
            in_view(notebook.output(sweep))
            take(page, f"live-{theme}")
            notebook.kernel_is("idle")
        notebook.save()


def take_views(page: Page, name: str) -> None:
    """The panel alone, and every part of a run and a task."""
    panel = RunsPanel(page)
    row = panel.row("boosting: rate and depth")
    row.click()
    expect(row.get_by_role("grid", name="60 tasks")).to_be_visible()
    take(page, f"panel-{name}")
    tab = open_run(page, "boosting: rate and depth")
    expect(tab.locator(".cb-TaskTable [data-task]").first).to_be_visible()
    take(page, f"run-{name}")
    tab.get_by_role("tab", name="Chart").click()
    expect(tab.locator(".cb-Chart-drawing").locator("svg, canvas").first).to_be_visible()
    take(page, f"chart-{name}")
    tab.get_by_role("tab", name="Timeline").click()
    take(page, f"timeline-{name}")
    tab.get_by_role("tab", name="Tasks").click()
    tab.locator(".cb-Chips").get_by_role("button", name="Failed").click()
    tab.locator(".cb-TaskTable").get_by_role("row", name="ValueError").first.click()
    expect(tab.get_by_text("no convergence").first).to_be_visible()
    take(page, f"error-{name}")
    tab = open_run(page, "three networks")
    tab.locator(".cb-TaskTable").get_by_role("row", name="Succeeded").first.click()
    expect(tab.get_by_text("epoch").first).to_be_visible()
    take(page, f"task-{name}")


def open_run(page: Page, name: str) -> Locator:
    """The tab of a run."""
    run = RunsPanel(page).row(name).get_attribute("data-run")
    command(page, "cellburst:open-run", {"run": run})
    return page.locator(f"#cellburst-run-{run}")


def in_view(what: Locator) -> None:
    """Scroll it to the middle."""
    what.evaluate("element => element.scrollIntoView({ block: 'center' })")


def take(page: Page, name: str) -> None:
    """Keep a picture, without a blinking cursor and without what passes."""
    page.evaluate("() => document.activeElement instanceof HTMLElement && document.activeElement.blur()")
    page.mouse.move(2, 2)
    page.screenshot(path=ALL / f"{name}.png", animations="disabled", caret="hide")
    print(f"build/pictures/{name}.png", flush=True)


def publish(source: Path, target: Path) -> None:
    """With 256 colours, those that are there most; greys stay greys."""
    with Image.open(source) as picture:
        whole = picture.convert("RGB")
        counted = sorted(whole.getcolors(1 << 24) or (), reverse=True)[:COLOURS]
        palette = Image.new("P", (1, 1))
        palette.putpalette([part for _, colour in counted for part in colour])
        whole.quantize(palette=palette, dither=Image.Dither.NONE).save(target, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
