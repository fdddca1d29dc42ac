"""Two notebooks send cells at the same time; each sees its own run."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from gates import Gate
from lab_server import Lab
from notebooks import LOAD, Notebook
from runs_panel import RunsPanel
from watched_page import open_lab, picture


def test_two_at_once(lab: Lab, page: Page) -> None:
    open_lab(page, lab)
    panel = RunsPanel(page).show()
    gates = {name: Gate(lab, name) for name in ("red", "blue")}
    notebooks = {}
    for name, gate in gates.items():
        cell = gate.cell(f"local -p n=range(6) --parallel 1 --name {name} --into r", f"({name!r}, n)")
        notebooks[name] = Notebook(page, lab, f"{name}.ipynb").write(LOAD, gate.assignment, cell).open()
        notebooks[name].run(0, 1)
        notebooks[name].start(2)
    red, blue = (notebooks[name].output(2).get_by_role("region", name=name) for name in ("red", "blue"))
    gates["blue"].open(0, 1)
    gates["red"].open(0)
    notebooks["red"].activate()
    expect(red).to_contain_text("1/6")
    for name in gates:  # both, whichever is in front
        expect(panel.group(f"{name}.ipynb")).to_be_visible()
    expect(panel.row("red")).to_contain_text("1/6")
    expect(panel.row("blue")).to_contain_text("2/6")
    picture(page, "two-red")
    notebooks["blue"].activate()
    expect(blue).to_contain_text("2/6")
    picture(page, "two-blue")
    for gate in gates.values():
        gate.open()
    expect(blue).to_contain_text("6/6")
    for name, notebook in notebooks.items():
        notebook.activate()
        notebook.kernel_is("idle")
        assert notebook.evaluate("r[5]") == f"({name!r}, 5)"
