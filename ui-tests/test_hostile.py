"""Whatever a task says: no script runs, no command is executed, nobody else is asked."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from hostile import BUNDLES, COMMAND, HTML, MARKDOWN, METADATA, NAMES, TEXTS, armed
from lab_server import Lab, serving
from notebooks import LOAD, Notebook
from traps import Spies, Trap, trapped
from watched_page import Watched, command, open_lab, picture, show_runs

WATCH_FREEZES = """() => {
  window.longest = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) { window.longest = Math.max(window.longest, entry.duration); }
  }).observe({ type: 'longtask' });
}"""
PARTS = {
    "Log": ".cb-Log-line, .cb-Log-empty",
    "Outputs": ".cb-RichOutputs .jp-OutputArea-output, .cb-Log-empty",
    "Error": ".cb-Traceback",
    "Details": ".cb-TaskFacts",
}
FROZEN = 2000  # milliseconds; on a machine that does much else as well

RUNS = """
import json, sys, cellburst
given = json.load(open("hostile.json"))
def show(bundles, metadata, texts):
    import sys
    from IPython.display import display
    for bundle in bundles.values():
        display(bundle, raw=True, metadata=metadata)
    shown = display({"text/plain": "first"}, raw=True, display_id="<img src=x>")
    shown.update(bundles["html: img error"] if "html: img error" in bundles else next(iter(bundles.values())), raw=True)
def fail(text, **rest):
    import sys
    print(text)
    print(text, file=sys.stderr)
    cellburst.task.log(**{"m": text})
    raise type("<b>" + text[:60], (Exception,), {})(text)
def flood():
    print("\\x1b[31m\\x1b[0m" * 500_000)
    print("".join(f"\\x1b[{31 + i % 7}mx" for i in range(300_000)))
    print("y" * 1_000_000)
    print("\\rz" * 200_000)
    print("\\n" * 200_000)
    print("the end of the flood")
runs = {"outputs": cellburst.submit(show, given["bundles"], given["metadata"], given["texts"], name="outputs")}
rows = [{"text": text, "<img src=x onerror=" + name + ">": text} for name, text in given["texts"].items()]
runs["texts"] = cellburst.map(fail, [{"text": row["text"]} for row in rows], name="texts")
runs["flood"] = cellburst.submit(flood, name="flood")
for name, text in given["names"].items():
    cellburst.submit(len, [text], name=text)
for run in runs.values():
    try:
        run.wait()
    except Exception:
        pass
print(json.dumps({name: run.id for name, run in runs.items()}))
"""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """One JupyterLab for all of these tests: it is the page that is tried."""
    with serving() as lab:
        yield lab


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    with trapped() as trap:
        yield trap


@pytest.fixture(scope="module")
def runs(lab: Lab, trap: Trap) -> dict[str, str]:
    """Runs that say all of the corpus: ids by what they are."""
    given = {"bundles": BUNDLES, "metadata": METADATA, "texts": TEXTS, "names": NAMES}
    (lab.root / "hostile.json").write_text(json.dumps(armed(given, trap.address)))
    ids: dict[str, str] = json.loads(lab.python(RUNS, timeout=200).splitlines()[-1])
    return ids


@pytest.fixture
def spies(page: Page, lab: Lab, trap: Trap, watched: Watched) -> Spies:
    watched.allow("")  # what outputs lead to in the console is theirs
    return Spies(page, lab, trap)


def test_the_spies_notice(page: Page, lab: Lab, trap: Trap, spies: Spies) -> None:
    _open(page, lab)
    spies.enter()
    page.evaluate(
        """([html]) => { const p = document.createElement('p'); p.innerHTML = html; document.body.append(p); }""",
        [armed('<img src="TRAP/planted" onerror="HACK(planted)">', trap.address)],
    )
    page.wait_for_function("() => window.hacked")
    command(page, COMMAND)
    found = spies.found(COMMAND)
    assert {"script: planted", f"command: {COMMAND}", "trap: /planted"} <= set(found)
    assert any(what.startswith("request: ") for what in found)


def test_texts(page: Page, lab: Lab, runs: dict[str, str], spies: Spies) -> None:
    _open(page, lab)
    spies.enter()
    show_runs(page)
    expect(page.get_by_text("<script>").first).to_be_visible()
    picture(page, "hostile-sidebar")
    _every_part_of(page, runs["texts"])
    for index in range(len(TEXTS)):
        command(page, "cellburst:open-task", {"run": runs["texts"], "task": index})
        _every_part_of_task(page)
    picture(page, "hostile-texts")
    assert spies.found(COMMAND) == []
    _plant_a_hole(page)
    page.wait_for_function("() => window.hacked")
    assert spies.found(COMMAND) != []  # the corpus was there, and a view that took it for HTML would be noticed


def test_outputs(page: Page, lab: Lab, runs: dict[str, str], trap: Trap, spies: Spies) -> None:
    _open(page, lab)
    spies.enter()
    command(page, "cellburst:open-task", {"run": runs["outputs"], "task": 0})
    _every_part_of_task(page)
    _tab(page, "Outputs").click()
    outputs = page.locator(".cb-RichOutputs")
    expect(outputs.locator(".jp-OutputArea-child").nth(20)).to_be_attached()
    _show_all(page)
    _use(page, outputs)
    picture(page, "hostile-outputs")
    assert spies.found(COMMAND) == []
    assert page.url.startswith(lab.url)
    box = outputs.bounding_box()
    overlay = page.locator(".hostile-overlay").first.bounding_box()
    assert box is not None
    assert overlay is not None
    assert overlay["x"] >= box["x"] - 1  # it covers nothing but its own place
    expect(page.locator(".cb-OutputsBar")).to_contain_text("127.0.0.1")
    page.locator(".cb-OutputsBar button").click()
    page.wait_for_function("() => document.querySelector('.cb-RichOutputs img[src$=\"/img\"]')")
    found = spies.found(COMMAND)
    assert any(what.startswith("trap: /img") for what in found)  # asked for, and only then
    assert [what for what in found if not what.startswith(("trap: ", "request: "))] == []


def test_a_card_and_a_notebook(page: Page, lab: Lab, trap: Trap, spies: Spies) -> None:
    name = armed("<img src=x onerror=HACK(file)>", trap.address)
    comments = "\n".join(f"# {text}" for text in NAMES.values())
    fence = f'"""\n```\n{HTML["pictures"]}\n{MARKDOWN["mermaid"]}\n"""'
    code = f"%%remote local --name {json.dumps(TEXTS['img error'])}\nprint({TEXTS['script']!r})\n{comments}\n{fence};"
    _open(page, lab)
    spies.enter()
    notebook = Notebook(page, lab, f"{name}.ipynb").write(LOAD, armed(code, trap.address)).open()
    notebook.run(0, 1)
    show_runs(page)
    expect(notebook.output(1)).to_contain_text("<script>")
    run = lab.ask("runs")["runs"][0]["id"]
    _every_part_of(page, run)
    picture(page, "hostile-notebook")
    assert spies.found(COMMAND) == []


def test_a_flood(page: Page, lab: Lab, runs: dict[str, str], spies: Spies) -> None:
    _open(page, lab)
    spies.enter()
    page.evaluate(WATCH_FREEZES)
    command(page, "cellburst:open-task", {"run": runs["flood"], "task": 0})
    _tab(page, "Log").click()
    expect(page.locator(".cb-Log-line").last).to_be_visible()
    expect(page.locator(".cb-Log-text")).to_contain_text("the end of the flood")
    _tab(page, "Outputs").click()
    expect(page.locator(".cb-RichOutputs .jp-OutputArea-child").first).to_be_visible()
    longest = page.evaluate("() => window.longest")
    assert longest < FROZEN, f"the page stood still for {longest} ms"
    assert page.evaluate("() => document.querySelectorAll('.cb-Log-line').length") < 500


def test_a_task_that_prints_without_end(page: Page, lab: Lab) -> None:
    code = "import cellburst\ndef forever():\n    while True:\n        print('x' * 100)\n"
    run = lab.python(f"{code}\nprint(cellburst.submit(forever, name='forever').id)").split()[-1]
    _open(page, lab)
    page.evaluate(WATCH_FREEZES)
    command(page, "cellburst:open-task", {"run": run, "task": 0})
    expect(page.locator(".cb-Log-line").first).to_contain_text("xxxxxxxxxx")
    _tab(page, "Outputs").click()
    expect(page.locator(".cb-RichOutputs")).to_contain_text("xxxxxxxxxx")
    _tab(page, "Log").click()
    page.locator(".cb-TaskPage").get_by_role("button", name="Cancel task").click()
    sure = page.locator(".jp-Dialog .jp-mod-accept")
    expect(sure.or_(page.locator(".cb-TaskHead-state", has_text="Cancelled")).first).to_be_visible()
    if sure.count():
        sure.click()
    expect(page.locator(".cb-TaskHead-state")).to_contain_text("Cancelled")
    longest = page.evaluate("() => window.longest")
    assert longest < FROZEN, f"the page stood still for {longest} ms"


def _open(page: Page, lab: Lab) -> None:
    """Open JupyterLab in a workspace of its own, without the tabs of another test."""
    open_lab(page, lab, f"lab/workspaces/{time.monotonic_ns()}")


def _tab(page: Page, name: str) -> Locator:
    return page.locator(".cb-TaskPage").get_by_role("tab", name=name)


def _every_part_of(page: Page, run: str) -> None:
    command(page, "cellburst:open-run", {"run": run})
    tabs = page.locator(f'[id="cellburst-run-{run}"] .cb-RunPage > .cb-Sections > .cb-Sections-tabs').get_by_role("tab")
    expect(tabs.first).to_be_visible()
    for tab in tabs.all():
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
        if tab.inner_text() == "Code":
            expect(page.locator(".cb-CodeView pre")).to_be_visible()
    tabs.first.click()


def _every_part_of_task(page: Page) -> None:
    expect(_tab(page, "Details")).to_be_visible()
    for tab in page.locator(".cb-TaskPage").get_by_role("tab").all():
        tab.click()
        expect(page.locator(".cb-TaskPage").locator(PARTS[tab.inner_text()]).first).to_be_attached()


def _show_all(page: Page) -> None:
    more = page.get_by_role("button", name="more output")
    while more.count():
        more.first.click()


def _use(page: Page, outputs: Locator) -> None:
    """Click on and go over everything in it that a link would not take to where it says."""
    outputs.evaluate(
        """node => {
          const isLink = element => /^https?:/.test(element.href || '') && !element.href.startsWith(location.origin);
          for (const element of node.querySelectorAll('*')) {
            for (const type of ['pointerenter', 'mouseover', 'focus', 'toggle', 'animationstart']) {
              element.dispatchEvent(new Event(type));
            }
            if (element.matches('a, area, button, summary, input, p, div') && !isLink(element)) { element.click(); }
            if (element.matches('form')) { element.requestSubmit(); }
          }
        }"""
    )
    page.keyboard.press("Escape")


def _plant_a_hole(page: Page) -> None:
    """As if our views took texts for HTML."""
    page.evaluate(
        """() => {
          for (const node of document.querySelectorAll('[class*="cb-"]')) {
            const text = node.children.length === 0 ? node.textContent : '';
            if (text.includes('<') && !text.includes('http-equiv')) { node.innerHTML = text; } // or the page were left
          }
        }"""
    )
