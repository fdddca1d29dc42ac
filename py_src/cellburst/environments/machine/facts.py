"""What kind of machine this is, as far as it decides which packages fit."""

from __future__ import annotations

import glob
import os
import platform
import shutil
import subprocess

_SAME = {"amd64": "x86_64", "arm64": "aarch64"}


def arch() -> str:
    """The processor: "x86_64", "aarch64"."""
    word = platform.machine().lower()
    return _SAME.get(word, word)


def alike() -> str:
    """Machines with the same word can use each other's environments: "linux-x86_64-glibc2.35-gpu"."""
    words = [platform.system().lower(), arch(), _libc()]
    return "-".join([*filter(None, words), *(["gpu"] if has_gpu() else [])])


def has_gpu() -> bool:
    """Whether there is an NVIDIA GPU with a driver."""
    if glob.glob("/dev/nvidia[0-9]*"):
        return True
    program = shutil.which("nvidia-smi")
    return program is not None and b"GPU 0" in subprocess.run([program, "-L"], stdout=subprocess.PIPE).stdout


def _libc() -> str:
    try:
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").replace(" ", "")
    except (AttributeError, ValueError, OSError):
        return "musl"
