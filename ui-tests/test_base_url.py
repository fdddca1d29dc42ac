"""Below the prefix that JupyterHub gives a user's server, with its rules: a token, XSRF, nobody without a name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request, expect

from conftest import tell_log
from gates import Gate, submitted
from lab_server import API, Lab, serving
from runs_panel import RunsPanel
from watched_page import open_lab, picture

BASE = "/user/ann%40example.org/lab-2/"
STRICT = ("--ServerApp.allow_unauthenticated_access=False", "--ServerApp.disable_check_xsrf=False")


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """As `lab`, but elsewhere."""
    with serving(BASE, STRICT) as lab:
        yield lab
        tell_log(request, lab)


def test_below_a_prefix(lab: Lab, page: Page) -> None:
    gate = Gate(lab)
    run = submitted(lab, gate, 4, "print('hello from', n)\nreturn n * n", "prefixed")
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if API in request.url else None)
    open_lab(page, lab)
    page.goto(f"{lab.url}lab")  # by the cookie, without the token in the address
    page.wait_for_function("() => window.jupyterapp && window.jupyterapp.restored.then(() => true)")
    panel = RunsPanel(page).show()
    expect(panel.row("prefixed")).to_contain_text("0/4")
    gate.open(0)
    expect(panel.row("prefixed")).to_contain_text("1/4")  # pushed
    panel.row("prefixed").hover()
    panel.row("prefixed").get_by_role("button", name="Open prefixed in a tab").click()
    tab = page.locator(f"#cellburst-run-{run}")
    tab.locator(".cb-TaskTable").get_by_role("row", name="Succeeded").click()
    expect(tab.get_by_text("hello from 0")).to_be_visible()
    with page.expect_download() as download:
        tab.get_by_text("Download").click()
    assert download.value.path().read_text() == "hello from 0\n"
    tab.get_by_role("button", name="Cancel", exact=True).first.click()
    page.get_by_role("dialog").locator("button.jp-mod-accept").click()
    expect(panel.row("prefixed")).to_contain_text("3 cancelled")
    picture(page, "prefix")

    assert all(request.url.startswith(lab.url) for request in asked)
    posts = [request for request in asked if request.method == "POST"]
    assert posts
    assert all("x-xsrftoken" in request.headers for request in posts)
    assert not any(lab.token in request.url for request in asked)
