"""The blob folder: written once, verified, never half there."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
import xxhash

from cellburst.errors import DamagedBlobError, DiskFullError, StoreError
from cellburst.model.blob import BlobRef
from cellburst.payload import blobs as module
from cellburst.payload import maps
from cellburst.payload.blobs import BlobFolder

DATA = bytes(range(256)) * 5000


@pytest.fixture
def folder(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "blobs")


def files(folder: BlobFolder) -> list[str]:
    return sorted(path.name for path in folder.root.rglob("*") if path.is_file())


def test_what_is_put_can_be_read(folder: BlobFolder) -> None:
    ref = folder.put(DATA)
    assert ref == BlobRef(xxhash.xxh3_128(DATA).hexdigest(), len(DATA))
    assert ref in folder
    assert folder.path(ref) == folder.root / ref.digest[:2] / ref.digest
    assert bytes(folder.read(ref)) == DATA
    assert files(folder) == [ref.digest]
    assert folder.path(ref).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("data", [b"", b"x", memoryview(b"abcdef")[2:4], memoryview(bytearray(10)).cast("H")])
def test_any_flat_buffer_can_be_put(folder: BlobFolder, data: bytes) -> None:
    assert bytes(folder.read(folder.put(data))) == bytes(data)


def test_the_same_bytes_are_not_written_again_but_count_as_new(folder: BlobFolder) -> None:
    path = folder.path(folder.put(DATA))
    os.utime(path, (1, 1))
    before = path.stat()
    folder.put(DATA)
    after = path.stat()
    assert after.st_ino == before.st_ino
    assert after.st_mtime == 1  # so that whoever has verified the bytes need not do it again
    assert [age > 1 for _, age in folder] == [True]


def test_a_file_of_another_size_is_written_again(folder: BlobFolder) -> None:
    ref = folder.put(DATA)
    os.truncate(folder.path(ref), 10)
    assert ref not in folder
    assert bytes(folder.read(folder.put(DATA))) == DATA


def test_a_view_is_writable_and_private(folder: BlobFolder) -> None:
    ref = folder.put(DATA)
    one, other = folder.read(ref), folder.read(ref)
    one[0] = 77
    assert other[0] == 0
    assert folder.path(ref).read_bytes() == DATA


def test_many_views_cost_no_descriptors(folder: BlobFolder) -> None:
    ref = folder.put(DATA)
    open_before = len(os.listdir("/proc/self/fd"))
    live = len(maps._maps)
    views = [folder.read(ref) for _ in range(300)]
    assert len(os.listdir("/proc/self/fd")) == open_before
    assert len(maps._maps) == live + 300
    views.clear()
    assert len(maps._maps) == live


def test_without_room_for_another_map_the_bytes_are_copied(folder: BlobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> memoryview:
        raise OSError(errno.ENOMEM, "no more maps")

    ref = folder.put(DATA)
    monkeypatch.setattr(maps, "map_blob", refuse)
    monkeypatch.setattr(module, "_STEP", 100_000)
    view = folder.read(ref)
    view[0] = 1
    assert bytes(view[1:]) == DATA[1:]


@pytest.mark.parametrize("position", [0, 4096, len(DATA) - 1])
def test_a_flipped_bit_is_found_and_set_aside(folder: BlobFolder, position: int) -> None:
    ref = folder.put(DATA)
    _flip(folder.path(ref), position)
    with pytest.raises(DamagedBlobError, match=f"{ref.digest} of 1,280,000 bytes has other bytes .*retry"):
        folder.read(ref)
    assert files(folder) == [f"{ref.digest}.damaged"]
    assert bytes(folder.read(folder.put(DATA))) == DATA
    assert folder.discard(ref) == 2 * len(DATA)
    assert files(folder) == []


def _flip(path: Path, position: int) -> None:
    with path.open("r+b") as file:
        file.seek(position)
        byte = file.read(1)[0]
        file.seek(position)
        file.write(bytes([byte ^ 1]))
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1))  # whatever the clock's resolution is


def test_a_truncated_blob_is_found(folder: BlobFolder) -> None:
    ref = folder.put(DATA)
    os.truncate(folder.path(ref), 99)
    with pytest.raises(DamagedBlobError, match="has 99 bytes"):
        folder.read(ref)


def test_a_missing_blob_is_said_to_be_missing(folder: BlobFolder) -> None:
    with pytest.raises(DamagedBlobError, match="no longer there"):
        folder.read(BlobRef("0" * 32, 5))


@pytest.mark.parametrize("digest", ["", "../../../../etc/passwd", "A" * 32, "0" * 31, "0" * 33, "0" * 32 + "\n"])
def test_only_a_digest_is_made_into_a_path(folder: BlobFolder, digest: str) -> None:
    with pytest.raises(ValueError, match="is not a digest"):
        folder.path(BlobRef(digest, 1))


def test_bytes_are_verified_once_in_a_process(folder: BlobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = folder.put(DATA)
    module._verified.clear()
    hashed = []

    class Counting:
        @staticmethod
        def xxh3_128(view: memoryview) -> object:
            hashed.append(len(view))
            return xxhash.xxh3_128(view)

    monkeypatch.setattr(module, "xxhash", Counting)
    folder.read(ref)
    folder.read(ref)
    assert hashed == [len(DATA)]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("call", ["pwrite", "open", "rename"])
def test_a_full_disk_is_said_and_leaves_nothing(
    folder: BlobFolder, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    def full(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(module.os, call, full)
    with pytest.raises(DiskFullError, match=r"is full \(1,280,000 bytes.*free some space"):
        folder.put(DATA)
    monkeypatch.undo()
    assert files(folder) == []
    assert folder.put(DATA) in folder


def test_a_disk_that_fills_up_half_way(folder: BlobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.pwrite

    def fill(descriptor: int, data: memoryview, offset: int) -> int:
        if offset >= 1000:
            raise OSError(errno.ENOSPC, "full")
        return write(descriptor, data[:600], offset)

    monkeypatch.setattr(module.os, "pwrite", fill)
    with pytest.raises(DiskFullError):
        folder.put(DATA)
    assert files(folder) == []


def test_another_failure_is_a_store_error(folder: BlobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(module.os, "pwrite", fail)
    with pytest.raises(StoreError, match="cannot be written: input/output error") as caught:
        folder.put(DATA)
    assert not isinstance(caught.value, DiskFullError)


def test_a_short_write_is_gone_on_with(folder: BlobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.pwrite
    monkeypatch.setattr(module.os, "pwrite", lambda fd, data, offset: write(fd, data[:100_001], offset))
    assert bytes(folder.read(folder.put(DATA))) == DATA


def test_strict_sync_syncs_the_file_before_its_name(folder: BlobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    sync, rename = os.fsync, os.rename

    def fsync(descriptor: int) -> None:
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        sync(descriptor)

    def renamed(old: Path, new: Path) -> None:
        done.append("rename")
        rename(old, new)

    monkeypatch.setattr(module.os, "fsync", fsync)
    monkeypatch.setattr(module.os, "rename", renamed)
    folder.put(DATA)
    assert done == ["rename"]
    done.clear()
    BlobFolder(folder.root, strict_sync=True).put(b"other")
    assert done == ["file", "rename", "folder", "folder"]


def test_listing_and_sweeping(folder: BlobFolder) -> None:
    assert list(folder) == []
    refs = {folder.put(bytes([n]) * 10) for n in range(20)}
    path = folder.path(next(iter(refs)))
    os.utime(path, (5, 5))
    partial = path.with_name(path.name + ".abc.part")
    partial.write_bytes(b"12345")
    assert {ref for ref, _ in folder} == refs
    assert min(when for _, when in folder) == 5
    assert folder.remove_partial(before=0) == 0
    assert folder.remove_partial(before=partial.stat().st_mtime + 1) == 5
    assert sum(map(folder.discard, refs)) == 200
    assert folder.discard(next(iter(refs))) == 0
    assert list(folder) == []


def test_an_untouched_map_is_neither_hashed_nor_written(folder: BlobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = folder.put(DATA)
    view = folder.read(ref)
    monkeypatch.setattr(module, "xxhash", None)
    assert folder.put(view) == ref
    monkeypatch.undo()
    view[9] ^= 1
    assert folder.put(view) != ref


def test_an_untouched_map_is_written_into_another_folder(folder: BlobFolder, tmp_path: Path) -> None:
    other = BlobFolder(tmp_path / "other")
    ref = other.put(folder.read(folder.put(DATA)))
    assert bytes(other.read(ref)) == DATA


def test_processes_that_put_the_same_at_once(folder: BlobFolder) -> None:
    code = (
        "import sys; from pathlib import Path; from cellburst.payload.blobs import BlobFolder\n"
        "sys.stdin.read(1); print(BlobFolder(Path(sys.argv[1])).put(bytes(range(256)) * 20000).digest)"
    )
    command = [sys.executable, "-c", code, str(folder.root)]
    racers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    digests = {racer.communicate("x", timeout=30)[0].strip() for racer in racers}
    assert files(folder) == sorted(digests)
    assert len(digests) == 1
