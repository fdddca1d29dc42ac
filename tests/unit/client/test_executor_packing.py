"""Calls as they are sent."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from cellburst.client.executors.errors import UnpicklableCall
from cellburst.client.executors.futures import Call, CallFuture
from cellburst.client.executors.packing import CallPacker
from cellburst.model.blob import Packed
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.called import Called
from cellburst.payload.pickling import unpack
from cellburst.settings import Settings


@pytest.fixture
def blobs(folders: Folders) -> BlobFolder:
    return BlobFolder(folders.blobs)


def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Call:
    return Call(CallFuture(lambda future: None), "it", function, args, kwargs)


def packed(calls: list[Call], blobs: BlobFolder, settings: Settings) -> list[Packed]:
    pack = CallPacker(calls, blobs, settings)
    return [pack(one) for one in calls]


def test_importable_functions_go_by_their_names(blobs: BlobFolder, settings: Settings) -> None:
    (sent,) = packed([call(partial, int, 1)], blobs, settings)
    assert unpack(sent, blobs) == (partial, (int, 1), {})
    (sent,) = packed([call(len, "abc")], blobs, settings)
    assert (pickle.loads(sent.body), len(sent.body) < 100) == ((len, ("abc",), {}), True)


def test_a_function_that_calls_share_is_packed_once(blobs: BlobFolder, settings: Settings) -> None:
    made = []

    class Captured:
        def __reduce__(self) -> Any:
            made.append(self)
            return int, ()

    captured = Captured()

    def function(number: int) -> Any:
        return number, captured

    calls = [call(function, n) for n in range(100)]
    sent = packed(calls, blobs, settings)
    assert len(made) <= 2  # a first look, and the pickle
    first, *_, last = [unpack(one, blobs) for one in sent]
    assert type(first[0]) is Called
    assert first[0] == last[0]
    assert unpack(first[0].packed, blobs)(7) == (7, 0)
    assert last[1:] == ((99,), {})


def test_methods_of_one_object_are_one_function(blobs: BlobFolder, settings: Settings) -> None:
    found: list[int] = []
    calls = [call(found.append, 1), call(found.append, 2)]
    sent = packed(calls, blobs, settings)
    assert [unpack(one, blobs)[1] for one in sent] == [(1,), (2,)]


def test_a_large_function_is_a_blob_that_one_call_names(blobs: BlobFolder, settings: Settings) -> None:
    text = "x" * 10_000

    def function(number: int) -> int:
        return number + len(text)

    first, second = packed([call(function, 1), call(function, 2)], blobs, settings)
    assert len(second.body) < 1000
    named = unpack(second, blobs)[0].packed.blobs()
    assert first.buffers == named
    assert unpack(first, blobs)[1] == (1,)
    assert unpack(unpack(second, blobs)[0].packed, blobs)(2) == 10_002


def test_arguments_of_every_kind_travel(blobs: BlobFolder, settings: Settings) -> None:
    numpy = pytest.importorskip("numpy")
    array = numpy.arange(200_000)

    def function(*args: Any) -> int:
        return len(args)

    calls = [call(function, array, {"a": {1, 2}}, key=[None, 1.5]), call(function, b"x" * 100_000), call(function)]
    sent = packed(calls, blobs, settings)
    args, kwargs = unpack(sent[0], blobs)[1:]
    assert (args[0] == array).all()
    assert (args[1], kwargs) == ({"a": {1, 2}}, {"key": [None, 1.5]})
    assert sent[0].buffers
    assert sent[1].body_blob is not None
    assert unpack(sent[1], blobs)[1] == (b"x" * 100_000,)


def test_what_cannot_travel_is_named(blobs: BlobFolder, settings: Settings) -> None:
    lock = __import__("threading").Lock()

    def holds() -> Any:
        return lock

    pack = CallPacker([call(holds), call(holds), call(len, lock)], blobs, settings)
    for one in (call(holds), call(holds), call(len, lock)):
        with pytest.raises(UnpicklableCall, match="lock") as caught:
            pack(one)
        assert isinstance(caught.value, pickle.PicklingError)
