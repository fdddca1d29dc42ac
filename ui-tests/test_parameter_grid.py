"""A sweep is written in the widget, run, explored, saved and found again; all of it with keys alone too."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from accessibility import serious_findings
from lab_server import Lab
from notebooks import LOAD, Notebook
from parameter_grid import ParameterGrid
from traps import Spies, trapped
from watched_page import dark, open_lab, picture

FUNCTION = """import cellburst, time
def score(lr, depth=3, kernel="rbf", gamma=None):
    time.sleep(0.02)
    if kernel == "poly" and depth > 3:
        raise ValueError("does not converge")
    return {"loss": (lr - 0.03) ** 2 + depth / 100 + (gamma or 0), "accuracy": 1 - lr}"""
GRID = 'grid = cellburst.ParameterGrid(score, {"lr": [0.1, 0.01], "depth": range(2, 5)})\ngrid'
KEEP_STATE = ("@jupyter-widgets/jupyterlab-manager", "plugin", {"saveState": True})


def begun(lab: Lab, page: Page, *cells: str) -> Notebook:
    open_lab(page, lab)
    notebook = Notebook(page, lab).write(LOAD, FUNCTION, *cells).open()
    notebook.run(0, 1)
    return notebook


def test_from_an_empty_grid_to_results_with_keys_alone(lab: Lab, page: Page) -> None:
    notebook = begun(lab, page, 'study = cellburst.ParameterGrid("study").bind(score)\nstudy')
    notebook.run(2)
    grid = ParameterGrid(notebook, 2).ready()
    expect(grid.root).to_contain_text("No parameters yet")
    press = page.keyboard.press

    grid.button("Add a parameter").focus()
    press("Enter")
    page.keyboard.type("lr")
    press("Tab")  # the kind
    press("Tab")
    page.keyboard.type("0.1, 0.01, oops")
    expect(grid.rows.nth(0)).to_contain_text("oops is no literal value")
    expect(grid.root.get_by_role("textbox", name="values of lr")).to_have_attribute("aria-invalid", "true")
    expect(grid.count).to_have_text("1 parameter to mend")
    for _ in "oops":
        press("Backspace")
    page.keyboard.type("0.03")
    expect(grid.count).to_have_text("3 tasks")

    press("Escape")  # to the handle of the row
    expect(grid.root.get_by_role("button", name=re.compile("^lr, 1 of 1"))).to_be_focused()
    press("Enter")  # a further row, its name is written at once
    page.keyboard.type("depth")
    press("Tab")
    page.keyboard.type("range")
    expect(grid.rows.nth(1).get_by_role("combobox", name="kind of depth")).to_have_value("range")
    expect(grid.count).to_have_text("15 tasks")
    press("Alt+ArrowUp")
    expect(grid.rows.nth(0).get_by_role("textbox", name="name of parameter")).to_have_value("depth")
    expect(grid.rows.nth(0).get_by_role("combobox")).to_be_focused()
    press("Escape")
    press("Enter")
    page.keyboard.type("junk")
    expect(grid.rows).to_have_count(3)
    press("Escape")
    press("Delete")
    expect(grid.rows).to_have_count(2)
    expect(grid.root.get_by_role("button", name=re.compile("^lr, 2 of 2"))).to_be_focused()
    assert len(notebook.sources()) == 3, "no key has reached the notebook"

    grid.button("Run").focus()
    press("Enter")
    expect(grid.said).to_contain_text("15 succeeded")
    grid.button("Results").first.focus()
    press("Enter")
    expect(grid.tasks).to_have_count(15)
    axis = grid.axes.nth(0)
    axis.focus()
    press("End")
    expect(axis).to_have_attribute("aria-valuetext", "3 to 4")
    expect(grid.tasks).to_have_count(6)
    press("Escape")
    expect(grid.tasks).to_have_count(15)
    assert len(notebook.sources()) == 3


def test_expressions_conditions_and_constraints_are_evaluated_in_the_kernel(lab: Lab, page: Page) -> None:
    notebook = begun(lab, page, GRID, "gammas = [1, 2, 3]", "len(grid), grid.text()")
    notebook.run(2)
    grid = ParameterGrid(notebook, 2).ready()
    grid.button("Add a parameter").click()
    page.keyboard.type("gamma")
    row = grid.rows.nth(2)
    row.get_by_role("combobox").select_option("expression")
    row.get_by_role("textbox", name="values of gamma").fill("gammas")
    expect(row).to_contain_text("NameError: name 'gammas' is not defined")
    picture(page, "grid-error")
    notebook.run(3)  # defines it
    expect(grid.count).to_have_text("18 tasks")
    row.get_by_role("button", name="Condition of gamma").click()
    row.get_by_role("textbox", name="condition for gamma").fill("depth == 3")
    expect(grid.count).to_have_text("10 tasks")
    grid.button("Add a constraint").click()
    grid.root.get_by_role("textbox", name="constraint 1").fill("lr * deep < 1")
    expect(grid.root).to_contain_text("there is no parameter or variable 'deep'; did you mean depth?")
    grid.root.get_by_role("textbox", name="constraint 1").fill("lr * depth < 0.25")
    expect(grid.count).to_have_text("6 tasks")
    notebook.run(4)
    expect(notebook.output(4)).to_contain_text("(6, '-p lr=[0.1, 0.01] -p depth=range(2, 5) -p gamma=gammas --when")


def test_a_cell_takes_the_grid_and_shows_its_run_in_it(lab: Lab, page: Page) -> None:
    cell = "%%remote local --over grid --into found\nlr * depth"
    begin = 'grid = cellburst.ParameterGrid("cells", {"lr": [1, 2], "depth": [10, 20]})\ngrid'
    notebook = begun(lab, page, begin, cell)
    notebook.run(2)
    grid = ParameterGrid(notebook, 2).ready()
    notebook.run(3)
    expect(grid.said).to_contain_text("4 succeeded")
    expect(grid.root).to_contain_text("the cell “lr * depth”")
    grid.root.get_by_role("textbox", name="values of lr").fill("1, 2, 3")
    expect(grid.count).to_have_text("6 tasks")
    grid.button("Run").click()
    expect(grid.said).to_contain_text("6 succeeded")
    assert notebook.evaluate("list(found)") == "[10, 20, 20, 40, 30, 60]"


def test_a_run_is_cancelled_while_the_kernel_is_busy(lab: Lab, page: Page) -> None:
    slow = "def slow(n):\n    time.sleep(100)\ngrid = cellburst.ParameterGrid(slow, {'n': range(8)})\ngrid"
    notebook = begun(lab, page, slow, "time.sleep(60)")
    notebook.run(2)
    grid = ParameterGrid(notebook, 2).ready()
    grid.button("Run").click()
    expect(grid.said).to_contain_text("0 of 8")
    notebook.start(3)
    notebook.kernel_is("busy")
    grid.button("Cancel").click()
    expect(grid.said).to_contain_text("8 cancelled")
    notebook.kernel_is("busy")


def test_text_goes_out_and_comes_back(lab: Lab, page: Page) -> None:
    notebook = begun(lab, page, GRID)
    notebook.run(2)
    grid = ParameterGrid(notebook, 2).ready()
    grid.root.get_by_text("As text").click()
    text = grid.root.get_by_role("textbox", name="the grid as text")
    expect(text).to_have_value("-p lr=[0.1, 0.01] -p depth=range(2, 5)")
    grid.button("YAML").click()
    grid.button("Copy").click()
    copied = str(page.evaluate("() => navigator.clipboard.readText()"))
    assert copied.startswith("method: grid\nparameters:")
    text.fill(copied.replace("[0.1, 0.01]", "[0.1, 0.01"))
    grid.button("Import").click()
    expect(grid.root.locator(".cb-Transfer-said")).to_contain_text("Line 5, column")
    text.fill(copied.replace("[0.1, 0.01]", "[0.1, 0.01, 1.0]"))
    grid.button("Import").click()
    expect(grid.root.locator(".cb-Transfer-said")).to_have_text("Imported")
    expect(grid.count).to_have_text("9 tasks")
    grid.button("Python").click()
    expect(text).to_have_value(re.compile(r"cellburst\.map\(\n    score,"))


def test_it_is_there_again_after_saving_and_reopening(lab: Lab, page: Page) -> None:
    lab.configure(*KEEP_STATE)
    notebook = begun(lab, page, GRID)
    notebook.run(2)
    grid = ParameterGrid(notebook, 2).ready()
    grid.root.get_by_role("textbox", name="values of lr").fill("0.1, 0.01, 0.5")
    expect(grid.count).to_have_text("9 tasks")
    grid.button("Run").click()
    expect(grid.said).to_contain_text("9 succeeded")
    notebook.save()
    page.evaluate("async () => { await window.jupyterapp.serviceManager.sessions.shutdownAll(); }")
    page.close()

    again = page.context.new_page()
    open_lab(again, lab)
    notebook = Notebook(again, lab)
    notebook.open()
    grid = ParameterGrid(notebook, 2).ready()  # as it was saved, in a kernel that knows nothing of it
    expect(grid.count).to_have_text("9 tasks")
    expect(grid.root.get_by_role("textbox", name="values of lr")).to_have_value("0.1, 0.01, 0.5")
    grid.page("Results")
    expect(grid.tasks).to_have_count(9)
    picture(again, "grid-reopened")

    notebook.run(0, 1, 2)  # and from the file, in the new kernel
    grid = ParameterGrid(notebook, 2).ready()
    expect(grid.count).to_have_text("9 tasks")
    expect(grid.said).to_contain_text("9 succeeded")
    grid.button("Run").click()
    expect(grid.root).to_contain_text("about")


def test_results_are_brushed_and_picked(lab: Lab, page: Page) -> None:
    wide = 'grid.add("kernel", ["rbf", "poly"]).wait()\nrun = grid.run(); grid.wait(60); None'
    notebook = begun(lab, page, GRID, wide, "cellburst.explore(run)")
    notebook.run(2, 3, 4)
    found = ParameterGrid(notebook, 4).ready()
    expect(found.axes).to_have_count(4)
    expect(found.tasks).to_have_count(12)
    expect(found.root).to_contain_text("2 without loss")
    best = found.tasks.nth(0)
    expect(best).to_contain_text("0.01")
    axis = found.axes.filter(has_text="kernel")
    axis.focus()  # JupyterLab scrolls to a cell that becomes the active one
    axis.scroll_into_view_if_needed()
    box = axis.locator(".cb-Axis-track").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.7)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 1, steps=4)
    page.mouse.up()
    expect(found.tasks).to_have_count(6)
    found.button("Clear brushes").click()
    expect(found.tasks).to_have_count(12)
    found.tasks.filter(has_text="failed").first.get_by_role("button").click()
    detail = found.root.get_by_role("complementary", name="Task")
    expect(detail).to_contain_text("ValueError: does not converge")
    expect(detail).to_contain_text(".results.task(")
    found.root.get_by_role("combobox", name="score").select_option("accuracy")
    expect(found.root.get_by_role("combobox", name="what is good")).to_have_value("maximize")
    picture(page, "grid-results")
    assert serious_findings(page, ".cb-Grid") == []


def test_dark_and_narrow(lab: Lab, page: Page) -> None:
    notebook = begun(lab, page, GRID)
    notebook.run(2)
    grid = ParameterGrid(notebook, 2).ready()
    assert serious_findings(page, ".cb-Grid") == []
    dark(page)
    grid.narrow(280)
    assert grid.root.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    assert serious_findings(page, ".cb-Grid") == []
    picture(page, "grid-dark-280")
    grid.button("Run").click()
    expect(grid.said).to_contain_text("6 succeeded")
    grid.page("Results")
    expect(grid.tasks).to_have_count(6)
    assert grid.root.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    assert serious_findings(page, ".cb-Grid") == []
    picture(page, "grid-dark-280-results")


def test_hostile_text_is_text(lab: Lab, page: Page) -> None:
    evil = "<img src=x onerror=\\\"window.hacked=['x']\\\">"
    code = f'''
evil = "{evil}"
def odd(word):
    raise ValueError(evil + word)
grid = cellburst.ParameterGrid(odd, {{"word": [evil, "</script><script>window.hacked=['y']</script>", "x"]}}, name=evil)
grid'''
    with trapped() as trap:
        spies = Spies(page, lab, trap)
        notebook = begun(lab, page, code, 'cellburst.explore("last")')
        spies.enter()
        notebook.run(2)
        grid = ParameterGrid(notebook, 2).ready()
        expect(grid.root.locator(".cb-Grid-title")).to_have_text(evil.replace("\\", ""))
        grid.root.locator("summary").nth(0).click()
        grid.root.locator("summary").nth(1).click()
        grid.button("Run").click()
        expect(grid.said).to_contain_text("3 failed")
        grid.page("Results")
        grid.tasks.first.get_by_role("button").click()
        expect(grid.root.get_by_role("complementary", name="Task")).to_contain_text("onerror")
        assert grid.root.locator("img, script").count() == 0
        assert spies.found("none") == []
