"""The wheel and the source archive have the panel in them, and nothing of the machine that built them."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from tests.packaging.shipping import (
    EXTENSION,
    MACHINE,
    copy_checkout,
    files_of,
    fresh_environment,
    said,
    wheel_of,
    without_node,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def check_extension(found: dict[str, bytes], home: str) -> None:
    """Complete, without what only developers need."""
    package = json.loads(found[home + "package.json"])
    assert package["jupyterlab"]["_build"]["load"].replace("static/", home + "static/") in found
    assert [name for name in found if name.endswith((".map", "build_log.json", ".tsbuildinfo"))] == []
    ours = {name: content for name, content in found.items() if name.startswith(home)}
    assert {name: match[0] for name, content in ours.items() if (match := MACHINE.search(content))} == {}


def check_once(found: dict[str, bytes]) -> None:
    """The extension is not in the package too, the grid's page is, and nothing of what they were built with."""
    assert [name for name in found if name.startswith(("node_modules", "cellburst/labextension"))] == []
    page = {name for name in found if name.startswith("cellburst/widgets/static/")}
    assert page == {"cellburst/widgets/static/widget.css", "cellburst/widgets/static/widget.js"}
    assert [name for name in page if MACHINE.search(found[name])] == []


def test_a_wheel_in_a_fresh_environment(tmp_path: Path) -> None:
    wheel = wheel_of(copy_checkout(tmp_path / "checkout"), tmp_path / "out")
    found = dict(files_of(wheel))
    check_extension(found, EXTENSION)
    assert json.loads(found[EXTENSION + "install.json"])["packageManager"] == "python"
    assert "etc/jupyter/jupyter_server_config.d/cellburst.json" in found
    check_once(found)

    python = fresh_environment(tmp_path / "env", wheel, "jupyterlab>=4.4")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    environment |= {"HOME": str(tmp_path / "home"), "PATH": f"{python.parent}:{os.environ['PATH']}"}
    extensions = said("jupyter", "labextension", "list", env=environment)
    assert re.search(r"cellburst v[\d.]+ .*enabled.* OK .*\(python, cellburst\)", plain(extensions)), extensions
    servers = said("jupyter", "server", "extension", "list", env=environment)
    assert re.search(r"cellburst\.server\b.*enabled", plain(servers)), servers
    assert re.search(r"cellburst\.server\b.* OK", plain(servers)), servers
    for text in (extensions, servers):
        assert not re.search(r"\bX\b|rror|Traceback", plain(text)), text


def test_a_source_archive_needs_no_node(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    said(sys.executable, "-m", "build", "--sdist", "--outdir", tmp_path / "out", checkout)
    (archive,) = (tmp_path / "out").glob("*.tar.gz")
    found = dict(files_of(archive))
    check_extension(found, "py_src/cellburst/labextension/")
    assert [name for name in found if "node_modules/" in name or name.startswith(("labextension/lib", ".git/"))] == []

    wheel = dict(files_of(wheel_of(archive, tmp_path / "wheel", without_node())))
    check_extension(wheel, EXTENSION)
    check_once(wheel)


def plain(text: str) -> str:
    """Without colours."""
    return re.sub(r"\x1b\[[\d;]*m", "", text)
