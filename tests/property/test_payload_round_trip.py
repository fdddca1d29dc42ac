"""Whatever is packed is unpacked as it was."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellburst.model.blob import Packed
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.diagnose import explain
from cellburst.payload.pickling import pack, unpack
from cellburst.payload.rebuild import tolerant_load
from cellburst.payload.snapshot import Snapshot
from cellburst.settings import Settings

from .shapes import shape_of
from .strategies import arrays, namespaces, plain_objects

SETTINGS = st.sampled_from(
    [Settings(), Settings(inline_bytes=0, buffer_bytes=0), Settings(inline_bytes=40, buffer_bytes=16)]
)


@pytest.fixture(scope="module")
def blobs() -> Iterator[BlobFolder]:
    with tempfile.TemporaryDirectory() as folder:
        yield BlobFolder(Path(folder))


def back(value: Any, blobs: BlobFolder, settings: Settings) -> Any:
    packed = pack(value, blobs, settings)
    sent = msgspec.msgpack.encode(packed)  # as it goes over a socket
    return unpack(msgspec.msgpack.decode(sent, type=Packed), blobs)


@given(value=plain_objects(), settings=SETTINGS)
def test_plain_objects(value: Any, settings: Settings, blobs: BlobFolder) -> None:
    again = back(value, blobs, settings)
    assert again == value
    assert shape_of(again) == shape_of(value)


@given(array=arrays(), settings=SETTINGS)
def test_arrays(array: Any, settings: Settings, blobs: BlobFolder) -> None:
    again = back(array, blobs, settings)
    assert (again.dtype, again.shape) == (array.dtype, array.shape)
    assert np.array_equal(again, array)
    assert again.flags.writeable


@given(namespace=namespaces())
def test_what_is_shared_stays_shared(namespace: dict[str, Any], blobs: BlobFolder) -> None:
    assert shape_of(back(namespace, blobs, Settings(buffer_bytes=8))) == shape_of(namespace)


@given(namespace=namespaces())
def test_nothing_done_is_nothing_changed(namespace: dict[str, Any]) -> None:
    assert Snapshot.take(namespace).changed_names(namespace) == set()


@given(value=plain_objects())
def test_what_can_travel_has_no_reason_against_it(value: Any) -> None:
    assert explain(value, "x") is None


@given(value=plain_objects())
def test_the_tolerant_way_gives_the_same(value: Any, blobs: BlobFolder) -> None:
    packed = pack([value], blobs, Settings())
    found, broken = tolerant_load(packed.body, [], None, None)
    assert (shape_of(found), broken) == (shape_of([value]), [])


@given(data=st.binary(max_size=60))
def test_any_bytes_can_be_stored(data: bytes, blobs: BlobFolder) -> None:
    assert bytes(blobs.read(blobs.put(data))) == data
