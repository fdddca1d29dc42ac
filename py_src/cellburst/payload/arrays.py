"""How numpy arrays are pickled: each as a view of its owner, whose memory is sent once.

An owner much larger than what is shown of it stays behind, and the array travels alone; if it then turns out that
something else on the same memory travels too, everything is pickled once more by a ``Sharing`` plan.
"""

from __future__ import annotations

import functools
from typing import Any

from cellburst.payload import memory, tensor_memory, views
from cellburst.payload.sharing import Region, Sharing

_COPIED = 1000  # bytes: up to here numpy's own way copies them when it rebuilds an array


class StandIn:
    """Is pickled as something else: what these arguments of pickle rebuild."""

    __slots__ = ("_reduced",)

    def __init__(self, reduced: Any) -> None:
        self._reduced = reduced

    def __reduce__(self) -> Any:
        return self._reduced


class ArrayReducer:
    """Reduces the arrays of one pickle.

    Below ``small`` bytes an array comes back owning its memory, so that `resize` works; above, its bytes are one
    buffer, out of which one that owned its memory is copied up to ``owned`` bytes. ``anchor`` tells which array that
    the other side has shows the memory of an owner.
    """

    def __init__(self, small: int, anchor: Any = None, plan: Sharing | None = None, owned: int = 0) -> None:
        self._small = small
        self._owned = owned
        self._anchor = anchor
        self._plan = plan
        self._parts: dict[tuple[int, int, int], StandIn] = {}
        self._met: list[tuple[Any, Any]] = []  # arrays, each with the one that carries its memory
        self._alone = False  # whether one may lie on memory that something else carries

    def plan(self) -> Sharing | None:
        """How to pickle everything once more; None if nothing that travels alone shares memory."""
        return Sharing.of(self._met) if self._alone and self._plan is None and len(self._met) > 1 else None

    def reduce(self, array: Any) -> Any:
        """For pickle; None for numpy's own way."""
        if array.dtype.hasobject and array.dtype.kind != "O":
            return None
        if self._plan is not None and (region := self._plan.region_of(array)) is not None:
            return self._owner(array) if array is region.owner else self._in_region(array, region)
        if not array.size:
            return views.empty, _form(array)
        if array.base is None:
            self._met.append((array, array))
            return self._owner(array)
        owner = memory.owner_of(array)
        if self._anchor is not None and array.size and (known := self._anchor(owner)) is not None:
            offset = memory.address(array) - memory.address(known)
            return views.view_by, (known, known.strides, offset, *_form(array))
        return self._on(owner, array) or self._lone(array)

    def _on(self, owner: Any, array: Any) -> Any:
        """As a view of its owner, which travels whole; None if that is too large, or cannot."""
        source = memory.source_of(owner)
        if source is not None:
            start = memory.bytes_of(source)
            if not (tensor_memory.is_storage(source) or memory.is_modest(start, array)):
                return None
            self._met.append((array, source))
            return views.over, (source, memory.address(array) - memory.address(start), *_form(array))
        if not array.size or owner is array or not memory.is_modest(owner, array) or not memory.is_whole(owner):
            return None
        self._met.append((array, owner))
        return views.view_of, (owner, memory.address(array) - memory.extent(owner)[0], *_form(array))

    def _lone(self, array: Any) -> Any:
        """Without its owner: as it lies where the gaps are small, otherwise without them."""
        self._alone = True
        self._met.append((array, array))
        if not memory.is_contiguous(array) and memory.is_dense(array) and (region := Region.around(array)):
            return self._in_region(array, region)
        return self._owner(array)

    def _owner(self, array: Any) -> Any:
        """With memory of its own."""
        if array.dtype.kind == "O":
            return None
        contiguous = memory.is_contiguous(array)
        if not contiguous and array.base is None:  # its axes are in another order
            return self._in_region(array, Region.around(array))
        if array.nbytes <= _COPIED and array.flags.writeable and array.dtype.isnative:
            return array.__reduce__()
        keeps = array.nbytes < self._small or (array.base is None and array.nbytes <= self._owned)
        writeable = bool(array.flags.writeable)
        if not contiguous:
            array = array.copy(order="C")
        raw = array.view("i8") if array.dtype.kind in "mM" else array  # numpy would copy dates into the stream
        reduced = raw.__reduce_ex__(5)
        if reduced[0].__name__ == "_frombuffer":  # it would make a view of an array that nobody knows
            buffer, _, *rest = reduced[1]
            reduced = views.on_buffer, (buffer, array.dtype, *rest)
        elif raw is not array:
            reduced = views.with_dtype, (StandIn(reduced), array.dtype)
        return (views.owned, (StandIn(reduced), writeable)) if keeps else reduced

    def _in_region(self, array: Any, region: Any) -> Any:
        whole = region.owner
        if whole is None:
            whole = self._part(region.base, region.low - region.start, region.high - region.start)
        return views.view_of, (whole, memory.address(array) - region.low, *_form(array))

    def _part(self, owner: Any, low: int, high: int) -> StandIn:
        """A part of an owner's memory as an array of bytes, or of objects."""
        key = id(owner), low, high
        if key not in self._parts:
            row = memory.flat(owner)
            part = row[low // row.itemsize : high // row.itemsize]
            copied = row.dtype.hasobject or part.nbytes < self._small
            self._parts[key] = StandIn(part.copy().__reduce__() if copied else part.__reduce_ex__(5))
        return self._parts[key]


def reduce_subclass(array: Any) -> Any:
    """An array of a subclass that numpy pickles as any other: a view that shares its memory, and its attributes."""
    attributes = dict(vars(array)) if hasattr(array, "__dict__") else None
    plain = memory.numpy().ndarray.view(array, memory.numpy().ndarray)
    return views.as_class, (type(array), plain), attributes or None, None, None, set_attributes


def set_attributes(array: Any, attributes: dict[str, Any]) -> None:
    """Give a rebuilt array of a subclass what it had in its `__dict__`."""
    vars(array).update(attributes)


@functools.lru_cache(256)
def is_plain_subclass(kind: Any) -> bool:
    """Whether a subclass of numpy's array is pickled as any other array, and not in a way of its own."""
    plain = memory.numpy().ndarray
    if any("numpy" in cls.__module__ and cls.__name__ == "memmap" for cls in kind.__mro__):
        return False
    own = [cls for cls in kind.__mro__[: kind.__mro__.index(plain)] if "__reduce__" in vars(cls)]
    own += [cls for cls in kind.__mro__[: kind.__mro__.index(plain)] if "__reduce_ex__" in vars(cls)]
    return all(cls.__module__.startswith("numpy.ma") and cls.__name__ == "MaskedArray" for cls in own)


def _form(array: Any) -> tuple[Any, ...]:
    return array.shape, array.strides, array.dtype, bool(array.flags.writeable)
