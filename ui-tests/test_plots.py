"""Every kind of picture is drawn by JupyterLab itself, without a word in the console, on light and dark pages."""

from __future__ import annotations

import re

from playwright.sync_api import ConsoleMessage, Page, expect

from lab_server import Lab
from notebooks import LOAD, Notebook
from watched_page import dark, open_lab, picture

CELLS = {
    "line": """
        %%remote local -p lr=[1e-5, 1e-4, 1e-3, 1e-2, 1e-1] -p seed=range(4) --name "learning rates" --quiet
        import math, random
        if lr == 1e-2 and seed == 1:
            raise ValueError("diverged")
        -(math.log10(lr) + 3) ** 2 + random.gauss(0, 0.3)""",
    "points": """
        %%remote local -p model=["forest", "ridge", "svc"] --quiet
        len(model)""",
    "heat": """
        %%remote local -p C=[0.1, 1, 10, 100] -p kernel=["linear", "rbf", "poly"] --quiet
        {"accuracy": C / (C + len(kernel))}""",
    "facets": """
        %%remote local -p C=[0.1, 1, 10] -p gamma=[0.01, 0.1, 1, 10] -p kernel=["rbf", "poly"] --quiet
        C * gamma + len(kernel)""",
    "multiples": """
        %%remote local -p a=range(3) -p b=range(3) -p c=["x", "y"] -p d=[True, False] --quiet
        a * a + b * (c == "x") + d""",
    "histogram": """
        %%remote local --parallel 60 --seed 3 --quiet
        import random
        random.gauss(3, 1)""",
}
METRICS = {"heat": '"accuracy"'}
ALSO = {"parallel": "multiples", "history": "heat"}


def test_every_kind_of_picture_is_drawn(lab: Lab, page: Page) -> None:
    warnings: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if re.search(r"\bWARN\b|vega", message.text, re.IGNORECASE):
            warnings.append(message.text)

    page.on("console", listen)
    kinds = {kind: kind for kind in CELLS} | ALSO
    cells = [f"{LOAD}\nimport cellburst\nplots = {{}}"]
    for kind, home in kinds.items():
        asked = METRICS.get(home, "None") + (f', kind="{kind}"' if kind in ALSO else "")
        cells.append(re.sub(r"^ {8}", "", CELLS[home], flags=re.MULTILINE).strip())
        cells.append(f"plot = plots[{kind!r}] = plots.get({kind!r}) or cellburst.attach('last').plot({asked})\nplot")
    open_lab(page, lab)
    notebook = Notebook(page, lab).write(*cells).open()
    notebook.run(0)
    for dim in (False, True):
        if dim:
            dark(page)
        for number, kind in enumerate(kinds):
            place = 2 * number + 2
            notebook.run(*([place] if dim else [place - 1, place]))
            if not dim:
                assert notebook.evaluate("plot.kind") == repr(kind)
            output = notebook.output(place)
            canvas = output.locator(".vega-embed canvas").first
            expect(canvas).to_be_visible()
            assert canvas.evaluate("c => c.width > 200 && c.height > 100")
            assert output.locator(".jp-RenderedSVG, .vega-error").count() == 0
            canvas.scroll_into_view_if_needed()
            picture(page, f"plot-{kind}{'-dark' if dim else ''}")
    assert warnings == []
