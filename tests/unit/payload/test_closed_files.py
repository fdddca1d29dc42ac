from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cellburst.errors import UnpicklableError
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack, unpack
from cellburst.settings import Settings


def sent(value: Any, folder: Path) -> Any:
    blobs = BlobFolder(folder / "blobs")
    return unpack(pack(value, blobs, Settings()), blobs)


@pytest.mark.parametrize("mode", ["r", "w", "a", "r+", "w+", "a+", "rb", "wb", "ab", "rb+", "wb+"])
@pytest.mark.parametrize("buffering", [-1, 0])
def test_a_closed_file_stays_what_it_was(mode: str, buffering: int, tmp_path: Path) -> None:
    if buffering == 0 and "b" not in mode:
        pytest.skip("text is always buffered")
    path = tmp_path / "notes.txt"
    path.write_text("kept")
    file = path.open(mode, buffering=buffering)
    file.close()
    found = sent([file, file], tmp_path)
    assert found[0] is found[1]
    assert type(found[0]) is type(file)
    assert found[0].closed
    assert repr(found[0]) == repr(file)
    assert (found[0].name, found[0].mode) == (file.name, file.mode)
    with pytest.raises(ValueError, match="closed file"):
        found[0].seek(0)
    assert path.exists()


def test_text_settings_are_kept(tmp_path: Path) -> None:
    with (tmp_path / "notes.txt").open("w", encoding="latin-1", errors="replace", buffering=1) as file:
        pass
    found = sent(file, tmp_path)
    assert (found.encoding, found.errors, found.line_buffering) == ("latin-1", "replace", True)


def test_an_open_file_does_not_travel(tmp_path: Path) -> None:
    with (tmp_path / "notes.txt").open("w") as file, pytest.raises(UnpicklableError, match="an open file"):
        sent(file, tmp_path)
