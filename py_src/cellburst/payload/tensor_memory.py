"""The memory that torch's tensors show: a storage, which several tensors may share, and numpy's arrays with them."""

from __future__ import annotations

import sys
from typing import Any


def torch() -> Any:
    """The module, which is loaded wherever there is a tensor."""
    return sys.modules["torch"]


def numpy() -> Any:
    """The module; torch loads it where it is installed."""
    return sys.modules["numpy"]


class _Bytes:
    """What numpy asks for the memory of a storage; it keeps the storage."""

    __slots__ = ("__array_interface__", "storage")

    def __init__(self, storage: Any) -> None:
        self.storage = storage
        self.__array_interface__ = {
            "shape": (storage.nbytes(),),
            "typestr": "|u1",
            "data": (storage.data_ptr(), False),
            "version": 3,
        }


def row(storage: Any) -> Any:
    """The memory of a storage as a numpy array of bytes.

    Whoever keeps it must not look at it after the storage has been given other memory.
    """
    return numpy().asarray(_Bytes(storage)) if storage.nbytes() else numpy().empty(0, "u1")


def is_row(array: Any) -> bool:
    """Whether it is an array that ``row`` has made."""
    return type(array.base) is _Bytes


def is_borrowed(storage: Any) -> bool:
    """Whether the memory is somebody else's: that of a numpy array, say."""
    return not storage.resizable()


def storage_of(base: Any) -> Any:
    """The storage behind the base of a numpy array, if that is a tensor; None if it is something else."""
    kind = getattr(sys.modules.get("torch"), "Tensor", None)
    return base.untyped_storage() if kind is not None and issubclass(type(base), kind) else None


def is_storage(obj: Any) -> bool:
    """Whether an object is the memory of tensors."""
    return type(obj).__name__ == "UntypedStorage" and type(obj).__module__ == "torch.storage"


def array_over(storage: Any) -> Any:
    """A numpy array of bytes over the memory of a storage, as `Tensor.numpy` makes it."""
    return plain(storage, torch().uint8, 0, (storage.nbytes(),), (1,)).numpy()


def plain(storage: Any, dtype: Any, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Any:
    """A tensor without a history that shows the memory of a storage."""
    with torch().no_grad(), torch()._C.DisableTorchFunction():
        made = torch().empty((0,), dtype=dtype, device="cpu")
        return made.set_(storage, offset, shape, strides)
