"""A task fails; its traceback says why; what was missing is put there; the failed task runs again."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from accessibility import serious_findings
from lab_server import Lab
from notebooks import LOAD, Notebook
from watched_page import command, open_lab, picture

CELL = """%%remote local -p n=range(5) --name reading --into lengths
from pathlib import Path
print("reading", n)
len((Path(folder) / f"{n}.txt").read_text())"""


def test_a_missing_file(lab: Lab, page: Page) -> None:
    data = lab.home / "texts"
    data.mkdir()
    for number in (0, 1, 2, 4):
        (data / f"{number}.txt").write_text("x" * number)
    open_lab(page, lab)
    notebook = Notebook(page, lab).write(LOAD, f"folder = {str(data)!r}", CELL).open()
    notebook.run(0, 1)
    notebook.run(2)
    card = notebook.output(2).get_by_role("region", name="reading")
    expect(card).to_contain_text("1 failed")
    run = str(card.get_attribute("data-run"))

    card.get_by_role("button", name="Open").click()
    tab = page.locator(f"#cellburst-run-{run}")
    tab.get_by_role("button", name="Failed 1").click()
    tab.get_by_role("row", name="FileNotFoundError").click()
    expect(tab.get_by_role("tab", name="Error", selected=True)).to_be_visible()
    expect(tab.get_by_role("tabpanel").last).to_contain_text("3.txt")
    picture(page, "failed-task")
    assert serious_findings(page, f"#cellburst-run-{run}") == []

    (data / "3.txt").write_text("xxx")
    tab.get_by_role("button", name="Retry failed").first.click()
    expect(tab).to_contain_text("Succeeded5")
    picture(page, "failed-task-retried")

    command(page, "cellburst:collect-run", {"run": run})
    notebook.kernel_is("idle")
    assert notebook.evaluate("list(lengths)") == "[0, 1, 2, 3, 4]"
    picture(page, "failed-task-collected")
