"""Tensors that were calculated with gradients on, without the graph that they came from, which stays in its process.

Such a tensor is still none that a user made (`is_leaf`), and shows the name of the operation that it came from. Going
back through it raises: what torch raises where the graph was already used up, otherwise an error that explains itself.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from cellburst.errors import PlaceholderError
from cellburst.payload.rebuild import paths_to
from cellburst.payload.silence import no_warnings
from cellburst.payload.tensor_memory import torch

_MOST = 20_000  # operations that are asked whether they were used up
_AGAIN = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already been "
    "freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify "
    "retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors "
    "after calling backward."
)
_CUT = (
    "going back through {} needs the graph that the tensor was calculated by, which stayed in the process that "
    "calculated it; call backward() in the cell that calculates it, or calculate it here"
)
_LOST = "call backward() in the cell that calculates it (its values are here, but nobody can go back through them)"


class Origin(NamedTuple):
    """The operation that a tensor came from, and whether its graph was already used up."""

    name: str
    used: bool


def origin_of(tensor: Any) -> Origin | None:
    """Where a tensor came from; None for one that somebody made."""
    node = tensor.grad_fn
    return None if node is None else Origin(type(node).__name__, _is_used_up(node))


def _is_used_up(root: Any) -> bool:
    """Whether going back was done already, which frees what the operations had kept."""
    waiting, seen = [root], {root}
    for node in waiting:  # grows while it is read
        if len(seen) > _MOST:
            break
        if getattr(node, "_used_up", False) or _is_freed(node):
            return True
        for after, _ in node.next_functions:
            if after is not None and after not in seen:
                seen.add(after)
                waiting.append(after)
    return False


def _is_freed(node: Any) -> bool:
    kind: Any = type(node)
    for name in _kept_by(kind):
        try:
            getattr(node, name)
        except RuntimeError as error:
            return "a second time" in str(error)
    return False


@functools.lru_cache(512)
def _kept_by(kind: Any) -> tuple[str, ...]:
    return tuple(name for name in dir(kind) if name.startswith("_saved_"))


def cut(tensor: Any, origin: Origin) -> None:
    """Let a tensor have come from that operation; nobody can go back through it."""
    _lost.append((tensor, origin))
    if tensor.is_leaf and tensor.requires_grad:
        tensor.requires_grad_(False)  # or torch would not let it be changed
    with torch().inference_mode(False), torch().enable_grad(), no_warnings():
        _function(origin).apply(tensor, torch().empty(0, device="cpu", requires_grad=True))


@functools.lru_cache(256)
def _function(origin: Origin) -> Any:
    def forward(context: Any, tensor: Any, _: Any) -> Any:
        context.mark_dirty(tensor)
        return tensor

    def backward(*_: Any) -> Any:
        raise RuntimeError(_AGAIN) if origin.used else PlaceholderError(_CUT.format(origin.name))

    methods = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    made = type(torch().autograd.Function)(origin.name, (torch().autograd.Function,), methods)
    made._backward_cls.__name__ = origin.name
    made._backward_cls._used_up = origin.used
    return made


_lost: list[tuple[Any, Origin]] = []


def losses(tensors: list[Any], roots: Mapping[str, Any], updates: Iterable[Any]) -> dict[str, str]:
    """What to say of tensors that came without a graph: new ones below ``roots``, and those that ``updates`` are to."""
    found = paths_to({id(tensor) for tensor in tensors}, roots) if tensors else {}
    names = list(found.values())
    for update in updates:
        if update.kind == "tensor" and (origin := update.content.get("history", (False, ()))[1]) and not origin[1]:
            names += update.names
    return {f"the graph of {name}": _LOST for name in names}


@contextmanager
def noting() -> Iterator[list[Any]]:
    """The tensors that lose a graph inside, which could still have been used."""
    _lost.clear()
    found: list[Any] = []
    try:
        yield found
        found += [tensor for tensor, origin in _lost if not origin.used]
    finally:
        _lost.clear()
