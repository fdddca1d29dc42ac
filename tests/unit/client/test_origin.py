"""Where a submission comes from, in words that every worker understands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import IPython
import msgspec
import pytest

from cellburst.client.surroundings.ambient import beside_pool
from cellburst.client.surroundings.origin import describe_origin, search_path, surroundings
from cellburst.errors import UsageError
from cellburst.library_state import environment
from cellburst.paths import Folders

TELL = """import sys
from cellburst.client.surroundings.origin import working_directory as w
print(ascii(w()), sys.argv[0])"""


@pytest.mark.parametrize(
    ("metadata", "cell"),
    [
        ({"cellId": "5c0b8f0e-7a53-4d3b-8c0f-1f0f3f9d2e11"}, "5c0b8f0e-7a53-4d3b-8c0f-1f0f3f9d2e11"),
        ({"cellId": "vscode-notebook-cell:/a%20b.ipynb#W0"}, ""),
        ({"cellId": 7}, ""),
        ({"cellId": "a" * 65}, ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_the_cell_is_named_as_the_notebook_names_it(metadata: Any, cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = SimpleNamespace(parent_header={"header": {}, "metadata": metadata})
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    assert describe_origin({}).cell == cell


def test_relative_entries_of_the_path_go_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", "src", *sys.path, "src"])
    found = search_path()
    assert found[:2] == ("", "src")
    assert found.count("src") == 2


def test_a_module_is_found_though_its_folder_is_off_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "left_behind.py").write_text("x = 1")
    with monkeypatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        __import__("left_behind")
    assert str(tmp_path) not in sys.path
    try:
        assert search_path()[-1] == str(tmp_path)
    finally:
        del sys.modules["left_behind"]


def test_names_of_folders_are_sent_as_utf8_whatever_the_locale(tmp_path: Path) -> None:
    folder = tmp_path / "n\u00e4h \u7b14"
    folder.mkdir()
    plain = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-X", "utf8=0", "-c", TELL]
    done = subprocess.run(command, cwd=folder, env=plain, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.split(" -c")[0] == ascii(str(folder))


def test_a_folder_whose_name_is_no_text_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folders: Folders
) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff"
    os.mkdir(folder)
    monkeypatch.setattr(sys, "path", [os.fsdecode(folder), *sys.path])
    msgspec.json.encode(search_path())
    monkeypatch.chdir(os.fsdecode(folder))
    with pytest.raises(UsageError, match=r"xff|udcff"):
        surroundings(folders)


def test_the_pools_environment_is_made_the_kernels(folders: Folders) -> None:
    assert beside_pool(folders) == ({}, ())
    others = {**environment.for_children(), "PATH": "/other", "ONLY_THERE": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", "input()"]
    with subprocess.Popen(command, env=others, stdin=subprocess.PIPE) as pool:
        folders.create()
        folders.pool_file.write_text(f'{{"pid": {pool.pid}}}')
        ambient, more = beside_pool(folders)
        assert ambient["PATH"] == os.environ["PATH"]
        assert "ONLY_THERE" in more
        assert "OMP_NUM_THREADS" not in more
        pool.communicate(b"\n")
