"""What every journey starts from: a JupyterLab in empty folders, and a page in it that must not report errors.

    def test_something(lab: Lab, page: Page) -> None:
        lab.python("import cellburst; cellburst.map(...)")    # a script in the same folders
        open_lab(page, lab)
        RunsPanel(page).show().row("a name").click()
        picture(page, "something")                            # build/screenshots/something.png

Notebooks are driven with `notebooks.Notebook`. Nothing here sleeps: wait for what a person would see.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from chromium import launched
from lab_server import Lab, serving
from watched_page import Watched, picture

WINDOW = {"width": 1280, "height": 800}
SLOW = float(os.environ.get("CELLBURST_UI_PATIENCE", "1"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.timeout(int(240 * SLOW)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    setattr(item, f"report_{report.when}", report)
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    expect.set_options(timeout=30_000 * SLOW)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A JupyterLab of this test's own; its log is shown if the test fails."""
    with serving() as lab:
        yield lab
        tell_log(request, lab)


def tell_log(request: pytest.FixtureRequest, lab: Lab) -> None:
    """Add the end of the server's log to the report of a test that failed."""
    report = getattr(request.node, "report_call", None)
    if report is not None and report.failed:
        report.sections.append(("log of JupyterLab", lab.log.read_text(errors="replace")[-6000:]))


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without cookies and memory."""
    context = browser.new_context(viewport=WINDOW, color_scheme="light", locale="en-GB", timezone_id="UTC")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(30_000 * SLOW)
    yield context
    context.close()


@pytest.fixture
def watch(request: pytest.FixtureRequest) -> Iterator[Callable[[Page], Watched]]:
    """Fails the test in the end if a page that was given to it reported an error; takes a picture if the test fails."""
    watched: list[tuple[Page, Watched]] = []

    def begin(page: Page) -> Watched:
        found = Watched(page)
        watched.append((page, found))
        return found

    yield begin
    report = getattr(request.node, "report_call", None)
    failed = report is not None and report.failed
    for number, (page, found) in enumerate(watched):
        if failed and not page.is_closed():
            picture(page, f"failed-{request.node.name}-{number}")
        if failed and found.unexpected:
            report.sections.append((f"errors in page {number}", "\n".join(found.unexpected)))
    if not failed:
        assert [error for _, found in watched for error in found.unexpected] == []


@pytest.fixture
def watched(page: Page, watch: Callable[[Page], Watched]) -> Watched:
    """What `page` has reported: `watched.allow(pattern)` for what a test brings about on purpose."""
    found: Watched = page.__dict__["watched"]
    return found


@pytest.fixture
def page(context: BrowserContext, watch: Callable[[Page], Watched]) -> Page:
    """An empty page; `open_lab(page, lab)` shows JupyterLab in it."""
    page = context.new_page()
    page.__dict__["watched"] = watch(page)
    return page
