"""Python's own iterators travel as what they are: type, place and, at their end, as ended."""

from __future__ import annotations

import itertools
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack, unpack
from cellburst.settings import Settings

from .conftest import Kernel
from .twice import same

ORDERED = OrderedDict(a=1, b=2)
MAKERS: dict[str, Callable[[], Iterator[Any]]] = {
    "list": lambda: iter([1, 2]),
    "tuple": lambda: iter((1, 2)),
    "text": lambda: iter("ab"),
    "wide text": lambda: iter("\u1234x"),
    "bytes": lambda: iter(b"ab"),
    "bytearray": lambda: iter(bytearray(b"ab")),
    "array": lambda: iter(array("i", [1, 2])),
    "set": lambda: iter({1, 2}),
    "set of texts": lambda: iter({"a", "b"}),
    "reversed list": lambda: reversed([1, 2]),
    "reversed tuple": lambda: reversed((1, 2)),
    "range": lambda: iter(range(2)),
    "long range": lambda: iter(range(1 << 70, (1 << 70) + 2)),
    "keys": lambda: iter({1: 2, 3: 4}),
    "items": lambda: iter({1: 2, 3: 4}.items()),
    "reversed keys": lambda: reversed({1: 2, 3: 4}),
    "ordered keys": lambda: iter(ORDERED),
    "ordered items": lambda: iter(ORDERED.items()),
    "ordered values": lambda: iter(ORDERED.values()),
    "ordered backwards": lambda: reversed(ORDERED),
    "repeated": lambda: itertools.repeat(1, 2),
}


@pytest.mark.parametrize("steps", range(4))
@pytest.mark.parametrize("make", MAKERS.values(), ids=list(MAKERS))
def test_an_iterator_goes_on_where_it_was(blobs: BlobFolder, make: Callable[[], Any], steps: int) -> None:
    iterator = make()
    for _ in range(steps):
        next(iterator, None)
    found = unpack(pack(iterator, blobs, Settings()), blobs)
    assert type(found) is type(iterator)
    assert list(found) == list(iterator)


@pytest.mark.parametrize("make", MAKERS.values(), ids=list(MAKERS))
def test_its_type_travels(blobs: BlobFolder, make: Callable[[], Any]) -> None:
    assert unpack(pack(type(make()), blobs, Settings()), blobs) is type(make())


def test_one_over_an_ordered_dict_is_moved_here(kernel: Kernel) -> None:
    setup = "from collections import OrderedDict\no = OrderedDict(a=1, b=2, c=3); i = iter(o.items()); r = reversed(o)"
    same(kernel, setup, "x = next(i); y = next(r)")
    assert (list(kernel.ns["i"]), list(kernel.ns["r"])) == ([("b", 2), ("c", 3)], ["b", "a"])
