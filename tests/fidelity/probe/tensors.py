"""torch tensors and generators."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING, Any

from .arrays import note_memory
from .atoms import is_a, type_name

if TYPE_CHECKING:
    from .walk import Walk


def describe(walk: Walk, path: str, obj: Any) -> str | None:
    torch: Any = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "Tensor"):
        return None
    if is_a(obj, torch.Tensor):
        return _tensor(walk, path, obj)
    if is_a(obj, torch.Generator):
        return f"torch.Generator {hashlib.sha1(obj.get_state().numpy().tobytes()).hexdigest()[:16]}"
    if is_a(obj, torch.dtype, torch.device, torch.Size):
        return repr(obj)
    return None


def _tensor(walk: Walk, path: str, obj: Any) -> str:
    text = f"{type_name(type(obj))} {obj.dtype} {tuple(obj.shape)} {obj.device} requires_grad={obj.requires_grad}"
    if obj.is_leaf and obj.grad is not None:
        text += f" grad={walk.child(f'{path}.grad', obj.grad)}"
    plain = obj.detach()
    if plain.device.type != "cpu" or plain.layout is not sys.modules["torch"].strided:
        return f"{text} {plain.tolist() if plain.numel() < 1000 else ''}"
    try:
        array = walk.fresh(plain.resolve_conj().resolve_neg().numpy())
    except TypeError:  # bfloat16
        return f"{text} strides={plain.stride()} {plain.float().tolist()}"
    note_memory(walk, path, array)
    walk.weigh(array.nbytes)
    digest = hashlib.sha1(array.tobytes(), usedforsecurity=False).hexdigest()[:16]
    return f"{text} strides={plain.stride()} {digest} {array.ravel()[:4].tolist()}"
