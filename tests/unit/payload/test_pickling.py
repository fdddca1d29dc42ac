"""`pack` and `unpack`: where the bytes go, what is kept, and what a refusal says."""

from __future__ import annotations

import io
import json
import pickle
import sys
import types
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cellburst.errors import DamagedBlobError, PayloadError
from cellburst.model.blob import Packed
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack, unpack
from cellburst.settings import Settings


@pytest.fixture
def kept(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "blobs")


SMALL = Settings(inline_bytes=1000, buffer_bytes=4096)


@pytest.mark.parametrize(
    "value",
    [0, 1 << 70, 2.5, True, None, "text", b"bytes", 1j, (1, "a"), [1, None], {"a": 1}, {1, 2}, frozenset("a"), [], {}],
)
def test_plain_values_are_small_pickles(kept: BlobFolder, value: object) -> None:
    packed = pack(value, kept, SMALL)
    assert packed == Packed(body=pickle.dumps(value, 5))
    assert unpack(packed, kept) == value
    assert type(unpack(packed, kept)) is type(value)


def test_sizes_decide_where_bytes_go(kept: BlobFolder) -> None:
    small, large = np.zeros(50), np.zeros(1000)
    assert pack(small, kept, SMALL).buffers == ()
    packed = pack({"s": small, "l": large}, kept, SMALL)
    assert [ref.size for ref in packed.buffers] == [8000]
    assert packed.body_blob is None
    text = pack("x" * 5000, kept, SMALL)
    assert text.body == b""
    assert text.body_blob is not None
    assert unpack(text, kept) == "x" * 5000
    assert text.size == text.body_blob.size > 5000


@pytest.mark.parametrize(
    "array",
    [
        np.arange(1000.0),
        np.arange(2000.0)[::2],
        np.asfortranarray(np.arange(1000.0).reshape(10, 100)),
        np.arange(1000.0).reshape(10, 10, 10).transpose(1, 2, 0),
        np.arange(1000).astype("M8[s]"),
        np.arange(2000).astype("m8[D]")[::2],
        np.zeros(1000, "i4,f8"),
        np.array(["text"] * 1000),
        np.zeros(1000, "c16"),
        np.arange(600.0).reshape(1, 600),
    ],
    ids=lambda array: f"{array.dtype}{array.strides}",
)
def test_every_large_array_is_a_buffer_and_writable(kept: BlobFolder, array: Any) -> None:
    packed = pack(array, kept, SMALL)
    back = unpack(packed, kept)
    assert array.nbytes <= sum(ref.size for ref in packed.buffers) <= 2 * array.nbytes  # small gaps are sent along
    assert back.strides == array.strides
    assert back.dtype == array.dtype
    assert np.array_equal(back, array)
    assert back.flags.writeable
    assert back.flags.f_contiguous or not array.flags.f_contiguous
    back[...] = 0 if array.dtype.kind not in "U" else ""
    assert np.array_equal(unpack(packed, kept), array)


def test_a_small_array_owns_its_memory(kept: BlobFolder) -> None:
    back = unpack(pack(np.asfortranarray(np.arange(6).reshape(2, 3)), kept, SMALL), kept)
    assert back.flags.owndata
    assert back.flags.f_contiguous
    back.resize((4, 4), refcheck=False)


@pytest.mark.parametrize("count", [10, 1000])
def test_a_read_only_array_stays_so(kept: BlobFolder, count: int) -> None:
    array = np.arange(float(count))
    array.flags.writeable = False
    assert not unpack(pack(array, kept, SMALL), kept).flags.writeable


def test_frames_travel_in_buffers(kept: BlobFolder) -> None:
    frame = pd.DataFrame({"a": np.arange(1000.0), "t": pd.date_range("2020", periods=1000, freq="h"), "s": "text"})
    packed = pack(frame, kept, SMALL)
    back = unpack(packed, kept)
    pd.testing.assert_frame_equal(back, frame)
    assert sum(ref.size for ref in packed.buffers) >= 16_000
    back.loc[3, "a"] = -1.0
    assert back.loc[3, "a"] == -1


def test_one_array_in_two_places_is_one_array(kept: BlobFolder) -> None:
    array = np.zeros(1000)
    back = unpack(pack([array, {"again": array}], kept, SMALL), kept)
    assert back[0] is back[1]["again"]


def test_known_objects_are_named(kept: BlobFolder) -> None:
    large = np.zeros(1000)
    packed = pack([large, 1, large], kept, SMALL, known={id(large): "large"})
    assert packed.buffers == ()
    mine = object()
    assert unpack(packed, kept, known={"large": mine}) == [mine, 1, mine]
    with pytest.raises(PayloadError, match="refers to large, which is not here"):
        unpack(packed, kept, known={})


def test_a_damaged_blob_is_not_unpickled(kept: BlobFolder) -> None:
    packed = pack(np.arange(1000.0), kept, SMALL)
    kept.path(packed.buffers[0]).write_bytes(b"x" * packed.buffers[0].size)
    with pytest.raises(DamagedBlobError):
        unpack(packed, kept)


def test_standard_streams_are_those_of_the_process(kept: BlobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = pack([sys.stdout, sys.stderr], kept, SMALL)
    here = io.StringIO()
    monkeypatch.setattr(sys, "stdout", here)
    assert unpack(packed, kept)[0] is here


def test_modules_travel_by_name_and_made_up_ones_by_value(kept: BlobFolder) -> None:
    made = types.ModuleType("made_up")
    made.value = [1]  # type: ignore[attr-defined]
    sys.modules["made_up"] = made
    try:
        packed = pack([json, made], kept, SMALL)
    finally:
        del sys.modules["made_up"]
    back = unpack(packed, kept)
    assert back[0] is json
    assert (back[1].__name__, back[1].value) == ("made_up", [1])


def test_weak_dictionaries_travel_with_what_lives(kept: BlobFolder) -> None:
    class Key: ...

    key = Key()
    back = unpack(pack([key, weakref.WeakKeyDictionary({key: 1})], kept, SMALL), kept)
    assert back[1][back[0]] == 1


def test_a_large_buffer_in_the_stream_is_no_text_to_search(kept: BlobFolder) -> None:
    array = np.arange(70_000.0)
    big = Settings(inline_bytes=1 << 30, buffer_bytes=1 << 30)
    back = unpack(pack({"x": array, "s": {1}}, kept, big, namespace={}), kept)
    assert np.array_equal(back["x"], array)
    assert back["x"].flags.owndata
