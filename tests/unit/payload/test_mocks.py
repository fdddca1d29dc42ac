"""Mocks of the standard library travel with what they remember."""

from __future__ import annotations

from unittest import mock

from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack, unpack
from cellburst.settings import Settings

from .conftest import Kernel


def test_a_mock_remembers_its_calls(blobs: BlobFolder) -> None:
    stub = mock.Mock(return_value=5)
    stub(1, key=2)
    stub.part.method("x")
    found = unpack(pack(stub, blobs, Settings()), blobs)
    assert found.mock_calls == [mock.call(1, key=2), mock.call.part.method("x")]
    assert found.call_args == mock.call(1, key=2)
    assert found(3) == 5
    assert len(type(found).__mro__) == len(type(stub).__mro__)


def test_a_mock_with_magic_methods_goes_there_and_back(kernel: Kernel) -> None:
    kernel.here("from unittest import mock\nstub = mock.MagicMock()\nstub.__len__.return_value = 7")
    kernel.there("n = len(stub); stub.other(n)")
    assert kernel.ns["n"] == 7
    assert kernel.ns["stub"].mock_calls == [mock.call.__len__(), mock.call.other(7)]
    kernel.ns["stub"].__len__.assert_called_once_with()
