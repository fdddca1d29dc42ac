from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from cellburst.errors import UsageError
from cellburst.paths import Folders
from cellburst.widgets.keeping import Kept, Shelf
from cellburst.widgets.spec import Parameter, Spec, from_plain

SPEC = Spec((Parameter("p0", "a", text="1, 2"),), ("a > 1",), "lhs", "5")


def shelf(folders: Folders, notebook: str = "n.ipynb", name: str = "grid") -> Shelf:
    return Shelf(folders, notebook, name)


def test_what_is_kept_is_there_for_the_next_kernel(folders: Folders) -> None:
    shelf(folders).save(Kept(SPEC, "given", "a-run"))
    assert shelf(folders).load() == (Kept(SPEC, "given", "a-run"), "")
    assert shelf(folders, name="other").load() == (None, "")
    assert shelf(folders, notebook="m.ipynb").load() == (None, "")


def test_only_the_last_of_many_edits_is_written(folders: Folders) -> None:
    there = shelf(folders)
    for number in range(50):
        there.save(Kept(Spec(seed=str(number))))
    assert not there.path.exists()
    there.flush()
    kept, _ = shelf(folders).load()
    assert kept is not None
    assert kept.spec.seed == "49"


def test_it_writes_by_itself_after_a_moment(folders: Folders) -> None:
    there = shelf(folders)
    there.save(Kept(SPEC))
    assert there._timer is not None
    there._timer.join(10)
    assert there.path.exists()


def test_files_are_for_this_user_only_and_nothing_is_left_beside_them(folders: Folders) -> None:
    there = shelf(folders)
    there.save(Kept(SPEC))
    there.flush()
    assert there.path.parent.stat().st_mode & 0o077 == 0
    assert there.path.stat().st_mode & 0o077 == 0
    assert [path.name for path in there.path.parent.iterdir()] == [there.path.name]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"format": 1}',
        b'{"format": 9, "spec": {}}',
        b'{"format": 1, "spec": {"parameters": [{"id": 3}]}}',
        b"x" * (3 << 20),
    ],
)
def test_a_damaged_file_is_said_and_set_aside(folders: Folders, content: bytes) -> None:
    there = shelf(folders)
    there.path.parent.mkdir(parents=True)
    there.path.write_bytes(content)
    kept, said = there.load()
    assert kept is None
    aside = there.path.with_suffix(".damaged")
    assert str(aside) in said
    assert aside.read_bytes() == content
    assert not there.path.exists()


def test_a_torn_write_leaves_the_file_before(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    there = shelf(folders)
    there.save(Kept(SPEC))
    there.flush()

    def torn(*_: object) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(os, "replace", torn)
    there.save(Kept(Spec()))
    there.flush()
    monkeypatch.undo()
    os.environ["CELLBURST_DATA_DIR"] = str(folders.data)
    assert json.loads(there.path.read_bytes())["spec"]["sample"] == "5"
    assert [path.name for path in there.path.parent.iterdir()] == [there.path.name]


def test_two_threads_may_save(folders: Folders) -> None:
    there = shelf(folders)
    threads = [threading.Thread(target=there.save, args=(Kept(Spec(seed=str(n))),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert there.load()[0] is not None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "no parameter grid"),
        ({"parameters": "x"}, "no parameter grid"),
        ({"parameters": [{"id": "a", "kind": "script"}]}, "no parameter grid"),
        ({"parameters": [{"id": "a"}, {"id": "a"}]}, "same id"),
        ({"parameters": [{"id": str(n)} for n in range(300)]}, "at most 200"),
        ({"parameters": [{"id": "a", "text": "x" * (2 << 20)}]}, "at most 1 MiB"),
        ({"serial": "x"}, "no parameter grid"),
    ],
)
def test_what_a_page_sends_is_checked(data: object, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        from_plain(data)


def test_a_folder_that_cannot_be_read_is_said(folders: Folders, tmp_path: Path) -> None:
    there = shelf(folders)
    there.path.mkdir(parents=True)
    kept, said = there.load()
    assert kept is None
    assert said
