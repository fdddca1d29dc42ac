"""Telling whether a private map was written to, from the page table alone."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cellburst.payload import maps
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.digests import content_id

PAGE = mmap.PAGESIZE
SIZE = 64 * PAGE + 100
linux = pytest.mark.skipif(sys.platform != "linux", reason="the page table is Linux's")


@pytest.fixture
def view(tmp_path: Path) -> memoryview:
    folder = BlobFolder(tmp_path)
    return folder.read(folder.put(os.urandom(SIZE)))


@linux
def test_reading_does_not_touch(view: memoryview) -> None:
    assert sum(view) > 0
    found = maps.untouched(view)
    assert found is not None
    assert found[0].size == SIZE


@linux
@pytest.mark.parametrize("position", [0, PAGE - 1, PAGE, 40 * PAGE + 7, SIZE - 1])
def test_writing_one_byte_touches(view: memoryview, position: int) -> None:
    view[position] = view[position] ^ 1
    assert maps.untouched(view) is None


@linux
def test_parts_are_judged_by_their_own_pages(view: memoryview) -> None:
    view[10 * PAGE] ^= 1
    assert maps.untouched(view[: 9 * PAGE]) is not None
    assert maps.untouched(view[9 * PAGE : 11 * PAGE]) is None
    found = maps.untouched(view[11 * PAGE :])
    assert found is not None
    assert found[1] == 11 * PAGE


@linux
def test_arrays_over_a_map_are_found_also_when_they_are_read_only(view: memoryview) -> None:
    array = np.frombuffer(view[: 64 * PAGE], "f8")
    array.flags.writeable = False
    assert maps.untouched(memoryview(array).cast("B")) is not None


def test_other_memory_is_never_untouched(view: memoryview) -> None:
    assert maps.untouched(memoryview(bytearray(SIZE))) is None
    assert maps.untouched(memoryview(b"")) is None
    assert maps.untouched(view[::2]) is None


def test_a_system_that_does_not_say_is_not_believed(view: memoryview, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError

    expected = content_id(view)
    with monkeypatch.context() as patched:
        patched.setattr(maps.os, "open", refuse)
        assert maps.untouched(view) is None
        assert content_id(view) == expected  # it is hashed, with the same result


def test_the_content_is_the_blobs_digest_whether_touched_or_not(view: memoryview) -> None:
    before = content_id(view)
    first = view[0]
    view[0] = first ^ 1
    assert content_id(view) != before
    view[0] = first
    assert content_id(view) == before


@linux
def test_a_child_process_judges_its_own_pages() -> None:
    code = """
import os, sys, tempfile, pathlib
from cellburst.payload import maps
from cellburst.payload.blobs import BlobFolder
folder = BlobFolder(pathlib.Path(sys.argv[1]))
view = folder.read(folder.put(bytes(1 << 20)))
pid = os.fork()
if pid == 0:
    clean = maps.untouched(view) is not None
    view[0] = 1
    os._exit(0 if clean and maps.untouched(view) is None else 1)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
assert maps.untouched(view) is not None and view[0] == 0
"""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-c", code, folder], check=True, timeout=30)
