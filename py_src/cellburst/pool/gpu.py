"""How busy the machine's GPUs are, as NVIDIA's management library (NVML) tells where it is installed."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

_DRIVER = "/dev/nvidiactl"
_LIBRARY = "libnvidia-ml.so.1"


def busy_gpus() -> float | None:
    """The load of all GPUs added up, 1.0 for each that is fully busy; None where there are none."""
    library = _library()
    return None if library is None else load_of(library)


def load_of(library: Any) -> float | None:
    """The same, asked of an initialized NVML; None if it does not say."""
    from ctypes import Structure, byref, c_uint, c_void_p

    class Utilization(Structure):
        _fields_ = (("gpu", c_uint), ("memory", c_uint))  # percent

    count = c_uint()
    if library.nvmlDeviceGetCount_v2(byref(count)) or not count.value:
        return None
    total = 0.0
    for number in range(count.value):
        device, found = c_void_p(), Utilization()
        if library.nvmlDeviceGetHandleByIndex_v2(number, byref(device)):
            return None
        if library.nvmlDeviceGetUtilizationRates(device, byref(found)):
            return None
        total += found.gpu / 100
    return total


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
