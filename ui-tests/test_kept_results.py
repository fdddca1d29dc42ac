"""What tasks leave behind: files to download, and results that later runs take over."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from accessibility import serious_findings
from lab_server import Lab
from watched_page import command, open_lab, picture

FILES = """
import cellburst
def draw(n):
    folder = cellburst.task.output_dir
    (folder / "plots").mkdir()
    (folder / "plots" / f"größe {n} #1.txt").write_text("x" * n)
    (folder / "model.bin").write_bytes(bytes(250_000))
run = cellburst.map(draw, {"n": [10, 20]}, name="draws")
run.wait()
print(run.id)
"""

CACHED = """
import cellburst
def square(n):
    return n * n
for name, count in (("few", 3), ("many", 8)):
    run = cellburst.map(square, {"n": list(range(count))}, cache="use", name=name)
    run.wait()
    print(run.id)
"""


def test_files_of_a_task(lab: Lab, page: Page, tmp_path: Path) -> None:
    run = lab.python(FILES).split()[-1]
    open_lab(page, lab)
    command(page, "cellburst:open-task", {"run": run, "task": 1})
    tab = page.locator(f"#cellburst-run-{run}")
    expect(tab.get_by_role("columnheader", name="Files")).to_be_attached()
    task = tab.get_by_role("region", name="Task 1")
    task.get_by_role("tab", name="Files").click()
    expect(task.locator(".cb-FileList")).to_contain_text("2 files, 250 kB")
    picture(page, "files")
    assert serious_findings(page, f"#cellburst-run-{run} .cb-TaskHost") == []
    for path, size in (("plots/größe 20 #1.txt", 20), ("model.bin", 250_000)):
        with page.expect_download() as download:
            task.get_by_role("button", name=f"Download {path}").click()
        kept = tmp_path / download.value.suggested_filename
        download.value.save_as(kept)
        assert (kept.name, kept.stat().st_size) == (path.rsplit("/", 1)[-1], size)


def test_results_that_were_taken_over(lab: Lab, page: Page) -> None:
    few, many = lab.python(CACHED).split()[-2:]
    open_lab(page, lab)
    command(page, "cellburst:open-run", {"run": many})
    tab = page.locator(f"#cellburst-run-{many}")
    expect(tab.locator(".cb-RunHeader")).to_contain_text("3 cached")
    marks = tab.locator(".cb-TaskTable").get_by_role("img", name=f"taken from run {few}")
    expect(marks).to_have_count(3)
    picture(page, "cached")
    assert serious_findings(page, f"#cellburst-run-{many}") == []
    tab.locator(".cb-TaskTable [data-task='2']").click()
    tab.get_by_role("button", name=f"taken from run {few}, task 2").click()
    source = page.locator(f"#cellburst-run-{few}").get_by_role("region", name="Task 2")
    expect(source).to_be_visible()
    expect(source).to_contain_text("Succeeded")
