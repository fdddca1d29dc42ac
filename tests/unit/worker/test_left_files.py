"""Files in a task's output folder, whatever they are."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from cellburst.errors import DiskFullError
from cellburst.model.blob import BlobRef
from cellburst.payload.blobs import BlobFolder
from cellburst.worker.left_files import keep_files


@pytest.fixture
def blobs(tmp_path: Path) -> BlobFolder:
    (tmp_path / "blobs").mkdir()
    return BlobFolder(tmp_path / "blobs")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def kept(out: Path, blobs: BlobFolder, limit: int = 1 << 20, patience: float = 0.0) -> tuple[dict[str, bytes], str]:
    files, note = keep_files(out, blobs, limit, patience)
    assert [file.path for file in files] == list(dict.fromkeys(file.path for file in files))
    return {file.path: bytes(blobs.read(file.blob)) for file in files}, note


def test_files_at_any_depth_are_kept_under_their_paths(out: Path, blobs: BlobFolder) -> None:
    (out / "a" / "b").mkdir(parents=True)
    (out / "a" / "b" / "deep.bin").write_bytes(b"\0\1")
    (out / "a" / "empty").touch()
    (out / "z.txt").write_text("z")
    (out / ".hidden").write_text("h")
    (out / "nothing").mkdir()
    assert kept(out, blobs) == ({".hidden": b"h", "z.txt": b"z", "a/empty": b"", "a/b/deep.bin": b"\0\1"}, "")


def test_names_are_kept_as_text_whatever_their_bytes(out: Path, blobs: BlobFolder) -> None:
    (out / "zwei\nZeilen ä").write_text("1")
    with open(os.path.join(os.fsencode(out), b"raw\xff"), "w") as file:
        file.write("2")
    found, note = kept(out, blobs)
    assert found == {"zwei\nZeilen ä": b"1", "raw\\xff": b"2"}
    assert note == ""
    assert all(name.encode() for name in found)


def test_links_that_lead_out_are_not_followed(out: Path, blobs: BlobFolder, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("secret")
    (out / "own").write_text("own")
    (out / "sub").mkdir()
    (out / "sub" / "link").symlink_to("../own")
    (out / "out").symlink_to(secret)
    (out / "up").symlink_to("../secret")
    (out / "folder").symlink_to(tmp_path / "folder")
    (out / "dangling").symlink_to("nowhere")
    (out / "loop").symlink_to("loop")
    (out / "self").symlink_to(".")
    found, note = kept(out, blobs)
    assert found == {"own": b"own", "sub/link": b"own"}
    assert "folder, out, up is a link that leads out of the output folder" in note
    assert "self is a link to a folder" in note
    assert "dangling cannot be read (No such file or directory)" in note
    assert "loop" in note


def test_what_is_no_file_is_said_and_waited_for_by_nobody(out: Path, blobs: BlobFolder) -> None:
    os.mkfifo(out / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(out)  # a socket's path is short
        try:
            listener.bind("sock")
        finally:
            os.chdir(here)
        (out / "good").write_text("g")
        assert kept(out, blobs) == ({"good": b"g"}, "files not kept: fifo, sock is no regular file")


def test_more_bytes_than_a_task_may_leave(out: Path, blobs: BlobFolder) -> None:
    for name, size in (("a", 60), ("b", 60), ("c", 40), ("d", 1)):
        (out / name).write_bytes(b"x" * size)
    found, note = kept(out, blobs, limit=100)
    assert sorted(found) == ["a", "c"]
    assert note == "files not kept: b, d do not fit in the 100 bytes that a task may leave (setting files_bytes)"
    with open(out / "huge", "wb") as file:
        file.truncate(1 << 40)
    assert sorted(kept(out, blobs)[0]) == ["a", "b", "c", "d"]


def test_many_files_are_listed_briefly(out: Path, blobs: BlobFolder) -> None:
    for number in range(50):
        (out / f"{number:02}").symlink_to("/etc/passwd")
    assert kept(out, blobs)[1].startswith("files not kept: 00, 01, 02 and 47 more ")


class FullDisk(BlobFolder):
    """Room for one blob, and for all from the given try on."""

    def __init__(self, root: Path, room_after: int) -> None:
        super().__init__(root)
        self.room_after, self.tries = room_after, 0

    def put(self, data: memoryview | bytes) -> BlobRef:
        self.tries += 1
        if 1 < self.tries < self.room_after:
            raise DiskFullError
        return super().put(data)


def test_a_full_disk_costs_the_files_that_do_not_fit(out: Path, tmp_path: Path) -> None:
    for name in "abc":
        (out / name).write_text(name)
    disk = FullDisk(tmp_path / "blobs", 99)
    assert kept(out, disk) == ({"a": b"a"}, "files not kept: b, c do not fit on the disk, which is full")
    assert disk.tries == 2  # the first that does not fit is enough to know


def test_a_disk_that_is_full_for_a_moment_is_waited_for(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cellburst.worker.left_files._PAUSE", 0.001)
    for name in "abc":
        (out / name).write_text(name)
    assert kept(out, FullDisk(tmp_path / "blobs", 5), patience=30.0) == ({"a": b"a", "b": b"b", "c": b"c"}, "")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_said(out: Path, blobs: BlobFolder) -> None:
    (out / "closed").write_text("c")
    (out / "closed").chmod(0)
    assert kept(out, blobs) == ({}, "files not kept: closed cannot be read (Permission denied)")
