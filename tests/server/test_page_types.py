"""What the page takes the interface to be is what it is; `make types` brings it up to date."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from cellburst.server.openapi import text
from tests.packaging.shipping import ROOT, said

API = ROOT / "labextension" / "src" / "api"


def test_the_page_knows_the_interface_as_it_is() -> None:
    assert (API / "openapi.json").read_text() == text(), "the interface has changed: make types"


@pytest.mark.slow
def test_the_types_are_those_of_the_interface(tmp_path: Path) -> None:
    if not (ROOT / "node_modules" / "openapi-typescript").exists():
        pytest.skip("no JavaScript packages here: make labextension")
    made = tmp_path / "schema.ts"
    script: str = json.loads((ROOT / "package.json").read_text())["scripts"]["types"]
    tool, _, arguments = script.replace("labextension/src/api/schema.ts", str(made)).partition(" ")
    said(node(), ROOT / "node_modules" / ".bin" / tool, *arguments.split(), cwd=ROOT)
    assert made.read_text() == (API / "schema.ts").read_text(), "the interface has changed: make types"


def node() -> str:
    """Node.js, of this environment or of the machine."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    found = shutil.which("node", path=path)
    if found is None:
        pytest.skip("no Node.js here: make labextension")
    return found
