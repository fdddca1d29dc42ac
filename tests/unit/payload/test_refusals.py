"""What is refused, and what cannot be rebuilt: by name and with the reason."""

from __future__ import annotations

import ctypes
import functools
import json
import logging
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cellburst.errors import PayloadError, UnpicklableError
from cellburst.model.blob import Packed
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack, unpack
from cellburst.settings import Settings

from .conftest import Kernel


@pytest.fixture
def kept(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "blobs")


SMALL = Settings(inline_bytes=1000, buffer_bytes=4096)


class Hostile:
    """Raises whatever it is asked."""

    def __init__(self, error: type[BaseException]) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise RuntimeError(name)

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise self.error("no, and\nnever")


@pytest.mark.parametrize("error", [RuntimeError, SystemExit, RecursionError, GeneratorExit])
def test_an_object_that_raises_is_named(kept: BlobFolder, error: type[BaseException]) -> None:
    with pytest.raises(UnpicklableError, match=r"^config\['bad'\]\[1\] \(.*Hostile\) cannot be pickled: "):
        pack({"config": {"bad": [1, Hostile(error)]}}, kept, SMALL)


def test_an_interrupt_is_an_interrupt(kept: BlobFolder) -> None:
    with pytest.raises(KeyboardInterrupt):
        pack([Hostile(KeyboardInterrupt)], kept, SMALL)


def test_too_deep_is_said(kept: BlobFolder) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(UnpicklableError, match=r"^deep.*nested too deeply"):
        pack({"deep": deep}, kept, SMALL)


def test_an_open_file_and_a_memoryview_are_refused(kept: BlobFolder) -> None:
    with (
        open(__file__) as file,
        pytest.raises(UnpicklableError, match=r"^the value is an open file; open it in the cell$"),
    ):
        pack(file, kept, SMALL)
    with pytest.raises(UnpicklableError, match=r"^x is a memoryview"):
        pack({"x": memoryview((ctypes.c_int * 3)())}, kept, SMALL)


def test_loggers_are_those_of_the_process(kept: BlobFolder) -> None:
    logger = logging.getLogger("cellburst.test")
    assert unpack(pack([logger], kept, SMALL), kept)[0] is logger


# What cannot be rebuilt


class RefusesState:
    def __getstate__(self) -> int:
        return 1

    def __setstate__(self, state: int) -> None:
        raise ValueError("not here")


class RefusesCall:
    def __reduce__(self) -> Any:
        return _raise, ()


class Exits:
    def __reduce__(self) -> Any:
        return sys.exit, (3,)


def _raise() -> None:
    raise OSError("no such thing")


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (RefusesState(), "ValueError: not here"),
        (RefusesCall(), "OSError: no such thing"),
        (Exits(), "SystemExit: 3"),
        (functools.partial(print, RefusesState()), "ValueError: not here"),
    ],
)
def test_what_cannot_be_rebuilt_is_named(kept: BlobFolder, bad: object, why: str) -> None:
    packed = pack({"fine": [1], "model": {"parts": [np.zeros(1000), bad]}}, kept, SMALL)
    with pytest.raises(PayloadError, match=r"^model\['parts'\]\[1\].* cannot be rebuilt here: " + why):
        unpack(packed, kept)


def test_a_class_that_is_not_there_is_named(kept: BlobFolder) -> None:
    gone = types.ModuleType("gone_module")
    gone.__spec__ = json.__spec__

    class Thing: ...

    Thing.__module__, Thing.__qualname__ = "gone_module", "Thing"
    gone.Thing = Thing  # type: ignore[attr-defined]
    sys.modules["gone_module"] = gone
    try:
        packed = pack({"x": {"y": Thing()}}, kept, SMALL)
    finally:
        del sys.modules["gone_module"]
    message = r"^x\['y'\] cannot be rebuilt here: ModuleNotFoundError: No module named 'gone_module'; is it installed"
    with pytest.raises(PayloadError, match=message):
        unpack(packed, kept)


def test_a_module_that_is_not_there_is_named(kept: BlobFolder) -> None:
    gone = types.ModuleType("gone_module")
    gone.__spec__ = json.__spec__
    sys.modules["gone_module"] = gone
    try:
        packed = pack({"other": 1, "gone_module": gone}, kept, SMALL)
    finally:
        del sys.modules["gone_module"]
    with pytest.raises(PayloadError, match=r"^gone_module cannot be rebuilt here: ModuleNotFoundError"):
        unpack(packed, kept)


def test_a_function_whose_submodule_is_not_there_is_named(kernel: Kernel) -> None:
    package, below = types.ModuleType("gone_package"), types.ModuleType("gone_package.sub")
    package.__path__ = []
    package.sub = below  # type: ignore[attr-defined]
    sys.modules.update({"gone_package": package, "gone_package.sub": below})
    kernel.ns["gone_package"] = package
    kernel.here("def f(): return gone_package.sub")
    try:
        packed = kernel.inputs("f")
    finally:
        del sys.modules["gone_package"], sys.modules["gone_package.sub"]
    with pytest.raises(
        PayloadError, match=r"^f cannot be rebuilt here: ModuleNotFoundError: No module named 'gone_pack"
    ):
        unpack(packed, kernel.blobs, namespace={})


@pytest.mark.parametrize("body", [b"", b"\x80\x05", b"nonsense", b"\x80\x05]\x94(K\x01e"])
def test_bytes_that_are_no_pickle(kept: BlobFolder, body: bytes) -> None:
    with pytest.raises(PayloadError, match="the value cannot be rebuilt here"):
        unpack(Packed(body=body), kept)
