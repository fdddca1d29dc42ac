"""What torch remembers: default type and device, grad mode, print options, threads, hooks, the CPU's generator."""

from __future__ import annotations

import os
import sys
from typing import Any

from cellburst.library_state.registry import State

_fresh_print: dict[str, Any] = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}


def _torch() -> Any:
    return sys.modules["torch"]


def _get_modes() -> dict[str, Any] | None:
    torch = _torch()
    found: dict[str, Any] = {}
    if (dtype := torch.get_default_dtype()) is not torch.float32:
        found["dtype"] = str(dtype).removeprefix("torch.")
    if not torch.is_grad_enabled():
        found["grad"] = False
    if hasattr(torch, "get_default_device") and (device := str(torch.get_default_device())) != "cpu":
        found["device"] = device
    if torch.are_deterministic_algorithms_enabled():
        found["deterministic"] = True
    return found or None


def _set_modes(value: dict[str, Any] | None) -> None:
    torch = _torch()
    found = value or {}
    torch.set_default_dtype(getattr(torch, found.get("dtype", "float32")))
    torch.set_grad_enabled(found.get("grad", True))
    if hasattr(torch, "get_default_device") and str(torch.get_default_device()) != found.get("device", "cpu"):
        torch.set_default_device(found.get("device"))
    if torch.are_deterministic_algorithms_enabled() != found.get("deterministic", False):
        torch.use_deterministic_algorithms(found.get("deterministic", False))


def _get_print() -> dict[str, Any] | None:
    options = sys.modules["torch._tensor_str"].PRINT_OPTS
    now = {name: getattr(options, name) for name in _fresh_print}
    return None if now == _fresh_print else now


def _set_print(value: dict[str, Any] | None) -> None:
    options = sys.modules["torch._tensor_str"].PRINT_OPTS
    for name, wanted in (value or _fresh_print).items():
        setattr(options, name, wanted)


def _get_generator() -> bytes:
    state: bytes = _torch().get_rng_state().numpy().tobytes()
    return state


def _set_generator(value: bytes | None) -> None:
    torch = _torch()
    if value is None:
        torch.seed()
    else:
        torch.set_rng_state(torch.frombuffer(bytearray(value), dtype=torch.uint8))


def _default_threads() -> int:
    """How many threads torch takes in a kernel with this environment."""
    said = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0]
    if said.isdecimal() and int(said):
        return int(said)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _get_threads() -> int | None:
    found: int = _torch().get_num_threads()
    return None if found == _default_threads() else found


def _set_threads(value: int | None) -> None:
    _torch().set_num_threads(value or _default_threads())


def _get_hooks() -> int | None:
    found: int = sys.modules["torch.utils.hooks"].RemovableHandle.next_id
    return found or None


def _set_hooks(value: int | None) -> None:
    sys.modules["torch.utils.hooks"].RemovableHandle.next_id = value or 0


_workers_own = 0  # threads: as few as its pool has told a worker


def settle_threads(*, alone: bool) -> None:
    """In a worker, before a task: as many threads as in a kernel if it is ``alone``, else the worker's share."""
    global _workers_own
    _workers_own = _workers_own or _torch().get_num_threads()
    wanted = _default_threads() if alone else _workers_own
    if _torch().get_num_threads() != wanted:
        _torch().set_num_threads(wanted)


STATES = (
    State("torch modes", "torch", _get_modes, _set_modes),
    State("torch print options", "torch._tensor_str", _get_print, _set_print),
    # a module keeps its hooks by their numbers: the same number again would replace one
    State("torch hooks", "torch.utils.hooks", _get_hooks, _set_hooks),
    State("torch generator", "torch", _get_generator, _set_generator, seeded=True),
    State("torch threads", "torch", _get_threads, _set_threads, seeded=True),  # a sweep has its own, too
)
