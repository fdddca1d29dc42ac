"""How torch's tensors are pickled: each as a view of its storage, which is sent once, with gradient and attributes."""

from __future__ import annotations

import functools
import pickle
import sys
from importlib import import_module
from typing import Any

from cellburst.payload import tensor_graphs, tensor_memory
from cellburst.payload.kinds import set_attributes
from cellburst.payload.steps import own_attributes
from cellburst.payload.tensor_graphs import Origin
from cellburst.payload.tensor_memory import plain, torch

_SMALL = 64 * 1024  # bytes: up to here a storage owns its memory
_NOT_HERE = "it is a tensor on {0}, which is not here; move it with .cpu() in the cell that makes it"


@functools.lru_cache(512)
def role(kind: Any) -> str:
    """What torch has objects of this type for: "tensor", "storage", "optimizer"; else an empty text."""
    found = sys.modules.get("torch")
    if (
        found is None
        or "numpy" not in sys.modules
        or not (hasattr(found, "optim") and hasattr(found, "UntypedStorage"))
    ):
        return ""
    if issubclass(kind, found.Tensor):
        return "tensor" if _is_usual(kind) else ""
    if kind is found.UntypedStorage:
        return "storage"
    return "optimizer" if issubclass(kind, found.optim.Optimizer) and _pickles_as_torch(kind) else ""


def _is_usual(kind: Any) -> bool:
    """Whether instances are nothing but tensors with attributes."""
    base, parameter = torch().Tensor, torch().nn.Parameter
    if kind.__reduce_ex__ not in (base.__reduce_ex__, parameter.__reduce_ex__):
        return False
    if _own(kind, "__torch_function__") not in (
        _own(base, "__torch_function__"),
        _own(parameter, "__torch_function__"),
    ):
        return False  # it would notice that it is looked at
    lazy = torch().nn.parameter.UninitializedTensorMixin
    return kind.__torch_dispatch__ is base.__torch_dispatch__ and not issubclass(kind, lazy)


def _own(kind: Any, name: str) -> Any:
    found = getattr(kind, name)
    return getattr(found, "__func__", found)


def _pickles_as_torch(kind: Any) -> bool:
    base = torch().optim.Optimizer
    return kind.__getstate__ is base.__getstate__ and kind.__reduce_ex__ is object.__reduce_ex__


def is_plain(tensor: Any) -> bool:
    """Whether a tensor of a usual type is one that shows a storage of this machine's memory."""
    return bool(
        tensor.layout is torch().strided
        and tensor.device.type == "cpu"
        and not tensor.is_quantized
        and not tensor.is_nested
        and not getattr(tensor, "names", (None,))[0]  # they are gone from newer versions
        and not torch()._C._functorch.is_functorch_wrapped_tensor(tensor)
    )


HOOKS = "_backward_hooks", "_post_accumulate_grad_hooks"


def form_of(tensor: Any) -> tuple[Any, ...]:
    """Where and how a tensor shows its storage: type, offset, shape, strides, and whether conjugated or negated."""
    return (
        tensor.dtype,
        tensor.storage_offset(),
        tuple(tensor.shape),
        tensor.stride(),
        tensor.is_conj(),
        tensor.is_neg(),
    )


def gradient(tensor: Any) -> Any:
    """Its gradient; None if it has none. Does not warn about those that never have one."""
    return tensor.grad if tensor.is_leaf or tensor.retains_grad else None


def attributes(tensor: Any) -> dict[str, Any]:
    """What was set on it beside what torch knows."""
    return own_attributes(tensor)


def part(tensor: Any, name: str) -> Any:
    """The "storage", the "gradient" or the hooks of a tensor, by the name of their attribute."""
    if name == "storage":
        return tensor.untyped_storage()
    return gradient(tensor) if name == "gradient" else getattr(tensor, name, None)


def reducer(kind: Any) -> Any:
    """How objects of a type of torch's are pickled; None: in their own way."""
    found = role(kind)
    return {"tensor": _reduce_tensor, "storage": _reduce_storage, "optimizer": _reduce_optimizer}.get(found)


def _reduce_tensor(tensor: Any, _: Any) -> Any:
    if tensor.device.type not in ("cpu", "meta"):
        return on_device, (str(tensor.device), *tensor.__reduce_ex__(5)[:2]), _state_of(tensor), None, None, set_state
    if not is_plain(tensor):
        return NotImplemented
    leaf = tensor.is_leaf
    make = type(tensor), tensor.untyped_storage(), form_of(tensor), leaf and tensor.requires_grad, tensor.is_inference()
    return make_tensor, make, _state_of(tensor), None, None, set_state


def _state_of(tensor: Any) -> dict[str, Any] | None:
    leaf = tensor.is_leaf
    state = {
        "gradient": gradient(tensor),
        **{name: getattr(tensor, name, None) for name in HOOKS if leaf},
        "attributes": attributes(tensor) or None,
        "origin": None if leaf else tuple(tensor_graphs.origin_of(tensor) or ()),
    }
    return {name: value for name, value in state.items() if value is not None} or None


def make_tensor(cls: Any, storage: Any, form: tuple[Any, ...], requires_grad: bool, inference: bool) -> Any:
    """A tensor that shows a storage."""
    *place, conjugated, negated = form
    with torch().inference_mode(inference):
        made = plain(storage, *place)
        if conjugated:
            torch()._C._set_conj(made, True)
        if negated:
            torch()._C._set_neg(made, True)
        if cls is torch().Tensor:
            return made.requires_grad_() if requires_grad else made
        return torch().Tensor._make_subclass(cls, made, requires_grad)


def set_state(tensor: Any, state: dict[str, Any]) -> None:
    """Give a tensor its gradient, hooks, attributes, and where it came from."""
    if "gradient" in state:
        tensor.grad = state["gradient"]
    for name in HOOKS:
        if name in state:
            setattr(tensor, name, state[name])
    set_attributes(tensor, (state.get("attributes", {}), []))
    if "origin" in state:
        tensor_graphs.cut(tensor, Origin(*state["origin"]))


def on_device(device: str, make: Any, arguments: Any) -> Any:
    """A tensor on a device. Raises RuntimeError where there is no such device."""
    try:
        return make(*arguments)
    except Exception as error:
        raise RuntimeError(_NOT_HERE.format(device)) from error


def _reduce_storage(storage: Any, pickler: Any) -> Any:
    if storage.device.type != "cpu":
        return NotImplemented
    row = tensor_memory.row(storage)
    if tensor_memory.is_borrowed(storage) and row.size:
        return storage_over, (row,)
    owns = row.nbytes <= pickler.owned or row.nbytes < _SMALL
    return make_storage, (pickle.PickleBuffer(row), owns)


def storage_over(row: Any) -> Any:
    """A storage over the memory of a numpy array."""
    return torch().from_numpy(row).untyped_storage()


def make_storage(content: Any, owns: bool) -> Any:
    """A storage with this content: a copy of it, or over that memory itself."""
    view = memoryview(content)
    if not owns and not view.readonly:
        return torch().frombuffer(view, dtype=torch().uint8).untyped_storage()
    made = torch().UntypedStorage(view.nbytes, device="cpu")
    if view.nbytes:
        tensor_memory.row(made)[:] = tensor_memory.numpy().frombuffer(view, "u1")
    return made


def _reduce_optimizer(optimizer: Any, _: Any) -> Any:
    """With all its attributes: its own way leaves its hooks behind."""
    return make_optimizer, (type(optimizer), _COMPILER in sys.modules), dict(vars(optimizer)), None, None, set_optimizer


_COMPILER = "torch._dynamo"


def make_optimizer(cls: Any, compiles: bool) -> Any:
    """An optimizer without attributes. Where one is made in the usual way, torch loads its compiler."""
    if compiles:
        import_module(_COMPILER)
    made = object.__new__(cls)
    made._patch_step_function()  # of its class, once in a process, and before something refers to it
    return made


def set_optimizer(optimizer: Any, state: dict[str, Any]) -> None:
    """Give an optimizer its attributes."""
    vars(optimizer).clear()
    vars(optimizer).update(state)
