"""The lock file of the JavaScript side names no machine, and there is one version."""

from __future__ import annotations

import json

import pytest

import cellburst
from tests.packaging.shipping import ROOT


@pytest.mark.parametrize("words", ["://", "__archive" + "Url"])
def test_the_lock_file_names_no_host(words: str) -> None:
    assert words not in (ROOT / "yarn.lock").read_text()


def test_one_version() -> None:
    assert json.loads((ROOT / "package.json").read_text())["version"] == cellburst.__version__
