"""What mybinder.org does with `binder/`, in a fresh environment: afterwards the panel and the notebook are open."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.packaging.shipping import copy_checkout, fresh_environment
from tests.processes import end_processes

from lab_server import Lab
from watched_page import picture

READY = "() => window.jupyterapp && window.jupyterapp.restored.then(() => true)"


@pytest.mark.timeout(1200)
def test_the_panel_and_the_quickstart(tmp_path: Path, page: Page) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    python = fresh_environment(tmp_path / "env", "pip")
    lab = Lab(tmp_path, python_path=python, folder=checkout)
    path = os.pathsep.join([str(python.parent), os.environ["PATH"]])
    environment = lab.environment | {"PATH": path}
    done = subprocess.run(
        ["binder/postBuild"], cwd=checkout, env=environment, stdout=-1, stderr=-2, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]
    try:
        lab.start()
        page.goto(lab.page_url("lab/tree/examples/quickstart.ipynb"))
        page.wait_for_function(READY, timeout=60_000)
        expect(page.locator("#cellburst-runs")).to_contain_text("No runs yet")
        expect(page.get_by_role("heading", name="A hundred models before lunch")).to_be_visible()
        picture(page, "binder")
    finally:
        lab.stop()
        end_processes(tmp_path)
