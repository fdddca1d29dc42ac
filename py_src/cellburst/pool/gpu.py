"""The machine's GPUs, as NVIDIA's management library (NVML) tells where it is installed."""

from __future__ import annotations

import os
from collections.abc import Collection
from functools import cache
from typing import Any

from msgspec import Struct

_DRIVER = "/dev/nvidiactl"
_LIBRARY = "libnvidia-ml.so.1"
_VISIBLE = "CUDA_VISIBLE_DEVICES"
_OK, _MISMATCH = 0, 18  # nvmlReturn_t: NVML_SUCCESS, NVML_ERROR_LIB_RM_VERSION_MISMATCH


class GpuUse(Struct, frozen=True):
    """Of some GPUs together: ``busy`` is 1.0 for each that is fully busy, ``memory`` bytes of ``memories``."""

    busy: float = 0.0
    memory: int = 0
    memories: int = 0


def gpus(pretended: int = 0) -> tuple[str, ...]:
    """What tasks may have, as CUDA_VISIBLE_DEVICES names them; ``pretended`` stands in for real ones, in tests."""
    if pretended:
        return tuple(map(str, range(pretended)))
    library = _library()
    there = () if library is None else tuple(map(str, range(_count(library))))
    visible = os.environ.get(_VISIBLE)
    if visible is None or not there:
        return there
    return tuple(filter(None, (name.strip() for name in visible.split(","))))


def trouble() -> str:
    """Why GPUs cannot be used here, in a sentence; "" if they can."""
    if not os.path.exists(_DRIVER):
        return "there is no NVIDIA driver: choose an image that has one, or a machine without a GPU"
    from ctypes import CDLL

    try:
        answer = int(CDLL(_LIBRARY).nvmlInit_v2())
    except (OSError, AttributeError):
        return f"the NVIDIA driver is there, but {_LIBRARY} is not: install the driver's own libraries"
    if answer == _MISMATCH:
        return "the NVIDIA driver and its library are of different versions: restart the machine"
    if answer != _OK:
        return f"the NVIDIA driver does not answer (NVML error {answer}): nvidia-smi says more"
    return "" if gpus() else "the NVIDIA driver sees no GPU"


def gpu_use(devices: Collection[str] = ()) -> GpuUse | None:
    """Of these GPUs, or of all; None where there are none."""
    library = _library()
    return None if library is None else use_of(library, devices)


def use_of(library: Any, devices: Collection[str] = ()) -> GpuUse | None:
    """The same, asked of an initialized NVML; None if it does not say."""
    numbers = [number for number in range(_count(library)) if not devices or str(number) in devices]
    found = [_use(library, number) for number in numbers]
    if not found or None in found:
        return None
    known = [use for use in found if use is not None]
    return GpuUse(sum(use.busy for use in known), sum(use.memory for use in known), sum(use.memories for use in known))


def _count(library: Any) -> int:
    from ctypes import byref, c_uint

    count = c_uint()
    return 0 if library.nvmlDeviceGetCount_v2(byref(count)) else count.value


def _use(library: Any, number: int) -> GpuUse | None:
    from ctypes import Structure, byref, c_uint, c_ulonglong, c_void_p

    class Utilization(Structure):
        _fields_ = (("gpu", c_uint), ("memory", c_uint))  # percent

    class Memory(Structure):
        _fields_ = (("total", c_ulonglong), ("free", c_ulonglong), ("used", c_ulonglong))  # bytes

    device, load, memory = c_void_p(), Utilization(), Memory()
    if library.nvmlDeviceGetHandleByIndex_v2(number, byref(device)):
        return None
    if library.nvmlDeviceGetUtilizationRates(device, byref(load)):
        return None
    if library.nvmlDeviceGetMemoryInfo(device, byref(memory)):
        memory = Memory()
    return GpuUse(load.gpu / 100, memory.used, memory.total)


@cache
def _library() -> Any:
    """NVML, ready to be asked; None where it is missing. ctypes is only loaded where there is a driver."""
    if not os.path.exists(_DRIVER):
        return None
    try:
        from ctypes import CDLL

        library = CDLL(_LIBRARY)
        return None if library.nvmlInit_v2() else library
    except (OSError, AttributeError, ImportError):
        return None
