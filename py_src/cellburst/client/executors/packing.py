"""Calls to bytes, many at a time: a function that several of them share is packed once."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from cellburst.abc import BlobStore
from cellburst.client.executors.errors import UnpicklableCall
from cellburst.client.executors.futures import Call
from cellburst.client.starting.calls import name_of
from cellburst.errors import UnpicklableError
from cellburst.model.blob import BlobRef, Packed
from cellburst.payload.called import Called
from cellburst.payload.importable import is_importable
from cellburst.payload.pickling import is_plain, pack
from cellburst.settings import Settings

_INLINE = 2048  # bytes: a larger function is a blob, and not written into each call
_Key = int | tuple[int, int]


@dataclass(frozen=True)
class _Head:
    """What stands for a function in its calls; ``quick`` if pickle alone can write it."""

    stands: Any
    quick: bool
    blobs: tuple[BlobRef, ...] = ()


class CallPacker:
    """Packs the calls of one part. What a function has captured is looked at anew for each part."""

    def __init__(self, calls: Sequence[Call], blobs: BlobStore, settings: Settings) -> None:
        self._blobs = blobs
        self._settings = settings
        self._uses = Counter(_key(call.function) for call in calls)
        self._heads: dict[_Key, _Head | UnpicklableError] = {}

    def __call__(self, call: Call) -> Packed:
        """The pickle of ``(function, args, kwargs)``. Raises UnpicklableCall, DiskFullError, StoreError."""
        try:
            return self._pack(call)
        except UnpicklableError as error:
            raise UnpicklableCall(str(error)) from error

    def _pack(self, call: Call) -> Packed:
        key = _key(call.function)
        head = self._heads.get(key)
        first = head is None
        if head is None:
            head = self._heads[key] = self._head(call.function, self._uses[key])
        if isinstance(head, UnpicklableError):
            raise head
        sent = (head.stands, call.args, call.kwargs)
        if head.quick and is_plain(call.args) and is_plain(call.kwargs):
            body = pickle.dumps(sent, 5)
            if len(body) <= self._settings.inline_bytes:
                return Packed(body, None, head.blobs if first else ())
        packed = pack(sent, self._blobs, self._settings, name=f"the call of {call.name}")
        if head.blobs and first:  # so that it is kept for as long as the run
            packed = Packed(packed.body, packed.body_blob, (*packed.buffers, *head.blobs))
        return packed

    def _head(self, function: Any, uses: int) -> _Head | UnpicklableError:
        if type(function) in (FunctionType, BuiltinFunctionType) and is_importable(function):
            return _Head(function, quick=True)
        if uses == 1:
            return _Head(function, quick=False)
        try:
            packed = pack(function, self._blobs, self._settings, name=name_of(function))
        except UnpicklableError as error:
            return error
        if packed.body_blob is None and len(packed.body) > _INLINE:
            packed = Packed(body_blob=self._blobs.put(packed.body), buffers=packed.buffers)
        return _Head(Called(packed), quick=True, blobs=packed.blobs())


def _key(function: Callable[..., Any] | None) -> _Key:
    if type(function) is MethodType:  # made anew wherever it is named
        return id(function.__self__), id(function.__func__)
    return id(function)
