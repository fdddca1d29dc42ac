"""Tensors: how they show their storage, their gradient and history; and storages, whose memory is judged once."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from operator import is_
from typing import Any

from cellburst.payload import memory, tensor_graphs, tensor_memory, tensors
from cellburst.payload.kinds import Judge, Kind, Part, attribute_changes, same_attributes, set_attributes
from cellburst.payload.kinds_objects import ATOMS, INSTANCE
from cellburst.payload.spans import MemoryState
from cellburst.payload.tensor_graphs import Origin
from cellburst.payload.tensor_memory import torch

# Storages


class _FrozenStorage:
    """The memory of a storage as it was."""

    __slots__ = ("_place", "state")

    def __init__(self, storage: Any, _: Judge) -> None:
        self._place = storage.data_ptr(), storage.nbytes()
        self.state = MemoryState(tensor_memory.row(storage)) if storage.nbytes() else None

    def is_there(self, storage: Any) -> bool:
        """Whether it still has the same memory; what it had before may be gone."""
        return self._place == (storage.data_ptr(), storage.nbytes())


def _same_storage(frozen: Any, storage: Any, _: Judge) -> bool:
    return frozen.is_there(storage) and (frozen.state is None or not frozen.state.changes())


def _storage_content(storage: Any, frozen: Any) -> Any:
    """Its size, and the places in it with what is there now."""
    size = storage.nbytes()
    if frozen is not None and frozen.is_there(storage):
        frozen.state.changes()
        return size, frozen.state.contents()
    return size, [(0, tensor_memory.row(storage).copy())]


def _replace_storage(storage: Any, content: Any) -> None:
    size, spans = content
    if storage.nbytes() != size:
        storage.resize_(size)
    for first, part in spans:
        view = memoryview(part)
        if first + view.nbytes > size:
            raise ValueError("it has become smaller here meanwhile")
        if view.nbytes:
            source = memory.numpy().frombuffer(view, "u1")
            ctypes.memmove(storage.data_ptr() + first, memory.address(source), view.nbytes)


# Tensors


class _FrozenTensor:
    """How a tensor was, but for its memory."""

    __slots__ = ("attributes", "form", "gradient", "hooks", "node", "requires_grad", "storage", "version")

    def __init__(self, tensor: Any, _: Any = None) -> None:
        self.storage = tensor.untyped_storage()
        self.form = tensors.form_of(tensor)
        self.gradient = tensors.gradient(tensor)
        self.hooks = [getattr(tensor, name, None) for name in tensors.HOOKS]
        self.attributes = tensors.attributes(tensor)
        self.requires_grad = tensor.requires_grad
        self.node = tensor.grad_fn
        self.version = 0 if tensor.is_inference() else tensor._version


_IDENTICAL = ("storage", "gradient", "node")
_EQUAL = ("form", "requires_grad", "version")


def _same_tensor(frozen: Any, tensor: Any, _: Judge) -> bool:
    now = _FrozenTensor(tensor)
    return (
        all(getattr(frozen, name) is getattr(now, name) for name in _IDENTICAL)
        and all(getattr(frozen, name) == getattr(now, name) for name in _EQUAL)
        and all(map(is_, frozen.hooks, now.hooks))
        and same_attributes(frozen.attributes, now.attributes)
    )


def _tensor_content(tensor: Any, frozen: Any) -> Any:
    now = _FrozenTensor(tensor)
    content: dict[str, Any] = {"attributes": attribute_changes(frozen and frozen.attributes, now.attributes)}
    if frozen is None or frozen.storage is not now.storage or frozen.form != now.form:
        content["shows"] = now.storage, now.form
    if frozen is None or frozen.node is not now.node or frozen.requires_grad != now.requires_grad:
        content["history"] = now.requires_grad, tuple(tensor_graphs.origin_of(tensor) or ())
    if frozen is None or frozen.gradient is not now.gradient:
        content["gradient"] = now.gradient
    if frozen is None or not all(map(is_, frozen.hooks, now.hooks)):
        content["hooks"] = now.hooks
    if frozen is not None and now.version > frozen.version:
        content["written"] = now.version - frozen.version
    return content


def _replace_tensor(tensor: Any, content: Any) -> None:
    if "shows" in content:
        storage, form = content["shows"]
        tensor.data = tensors.make_tensor(torch().Tensor, storage, form, False, tensor.is_inference())
    if "history" in content:
        _set_history(tensor, *content["history"])
    if "gradient" in content:
        tensor.grad = content["gradient"]
    if "hooks" in content:
        for name, hooks in zip(tensors.HOOKS, content["hooks"], strict=True):
            if getattr(tensor, name, None) is not hooks:
                setattr(tensor, name, hooks)
    for _ in range(min(content.get("written", 0), _MOST_TOLD)):  # torch looks at it before it goes back
        torch().autograd.graph.increment_version(tensor)
    set_attributes(tensor, content["attributes"])


_MOST_TOLD = 3


def _set_history(tensor: Any, requires_grad: bool, origin: tuple[Any, ...]) -> None:
    if origin:
        tensor_graphs.cut(tensor, Origin(*origin))
        return
    if not tensor.is_leaf:
        tensor.detach_()
    tensor.requires_grad_(requires_grad)


def _parts(tensor: Any) -> Iterable[Part]:
    for name in ("storage", "gradient", *tensors.HOOKS):
        part = tensors.part(tensor, name)
        if part is not None:
            yield ("tensor", name), part
    yield from (((".", name), part) for name, part in tensors.attributes(tensor).items() if type(part) not in ATOMS)


STORAGE = Kind("storage", _FrozenStorage, _same_storage, _storage_content, _replace_storage)
TENSOR = Kind("tensor", _FrozenTensor, _same_tensor, _tensor_content, _replace_tensor, _parts)


def tensor_kind(obj: Any) -> Kind | None:
    """The kind of an object of torch's; None for those that are treated as any other."""
    kind: Any = type(obj)
    role: str = tensors.role(kind)
    if role == "tensor":
        return TENSOR if tensors.is_plain(obj) else None
    if role == "storage":
        return STORAGE if obj.device.type == "cpu" else None
    return INSTANCE if role else None
