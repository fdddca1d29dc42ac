"""Sizes of files, and what must not be in them."""

from __future__ import annotations

import re
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WARN, FAIL = 300, 400
TEXT = {".py", ".md", ".toml", ".ipynb", ".sql", ".yml", ".yaml", ".cfg", ".txt", ".json", ".sh", ""}
TEXT |= {".ts", ".tsx", ".js", ".mjs", ".cjs", ".css", ".lock"}
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|farm|root|home/(?!me/)\w+|Users/(?!me/)\w+)/")
REGISTRY = re.compile(
    r"https?://[^\s\"')]*(?:pypi|simple|npm|registry|artifactory|nexus)[^\s\"')]*/simple|__archive[U]rl"
)


def our_files() -> Iterator[Path]:
    """Tracked and new files, as git sees them."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    if listed.returncode:  # an unpacked source archive
        yield from (path for path in (ROOT / "py_src").rglob("*.py"))
        return
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        if name and path.is_file() and path.suffix in TEXT:
            yield path


@pytest.mark.filterwarnings("default:.* lines; split it:UserWarning")
def test_no_file_is_too_long() -> None:
    lengths = {
        path.relative_to(ROOT): len(path.read_text().splitlines()) for path in our_files() if path.suffix == ".py"
    }
    assert lengths
    for path, lines in sorted(lengths.items()):
        if lines > (FAIL if path.parts[0] == "tests" else WARN):
            warnings.warn(f"{path} has {lines} lines; split it", stacklevel=1)
    assert {str(path): lines for path, lines in lengths.items() if lines > FAIL and path.parts[0] != "tests"} == {}


def test_no_drawer_of_unrelated_things() -> None:
    drawers = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}
    assert [path for path in our_files() if path.name in drawers] == []


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY], ids=["machine paths", "registry hosts"])
def test_nothing_of_the_machine_is_in_a_file(pattern: re.Pattern[str]) -> None:
    found = {
        f"{path.relative_to(ROOT)}:{number}"
        for path in our_files()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    }
    assert found == set()


@pytest.mark.parametrize("text", ["cd /{}/x", '"/{}/main"', "a=/{}/.venv/bin"])
@pytest.mark.parametrize("place", ["root", "work", "home/somebody"])
def test_the_pattern_for_machine_paths_finds_them(text: str, place: str) -> None:
    assert MACHINE_PATH.search(text.format(place))


def test_every_module_says_what_it_is_for() -> None:
    silent = []
    for path in (ROOT / "py_src" / "cellburst").rglob("*.py"):
        text = path.read_text()
        if text.strip() and not text.lstrip().startswith('"""'):
            silent.append(str(path))
    assert silent == []
