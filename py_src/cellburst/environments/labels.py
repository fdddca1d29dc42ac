"""Names and versions that an index knows under others, and what is for one kind of machine only."""

from __future__ import annotations

import re

_HARDWARE = re.compile(r"(cu\d{2,3}|cpu|rocm[\d.]+|xpu)(?:[._-].*)?")
_LABELLED = frozenset(
    {"torch", "torchvision", "torchaudio", "torchtext", "torchdata", "pytorch-triton", "triton", "xformers"}
)
_RENAMED = {
    "pytorch": "torch",
    "pytorch-gpu": "torch",
    "tensorflow-base": "tensorflow",
    "matplotlib-base": "matplotlib",
    "msgpack-python": "msgpack",
    "pytables": "tables",
    "py-opencv": "opencv-python",
    "py-xgboost": "xgboost",
    "python-graphviz": "graphviz",
    "seaborn-base": "seaborn",
    "ruamel-yaml-conda": "ruamel.yaml",
    "importlib-metadata-base": "importlib-metadata",
    "dask-core": "dask",
    "distributed-core": "distributed",
    "pyqt": "PyQt5",
    "pyarrow-core": "pyarrow",
    "numba-base": "numba",
    "ray-core": "ray",
    "jax-base": "jax",
    "psycopg2-base": "psycopg2-binary",
    "faiss": "faiss-cpu",
    "keras-base": "keras",
}
_TOOLS = {
    "conda": "it manages conda environments",
    "conda-build": "it manages conda environments",
    "conda-index": "it manages conda environments",
    "conda-libmamba-solver": "it manages conda environments",
    "conda-package-handling": "it manages conda environments",
    "conda-package-streaming": "it manages conda environments",
    "conda-content-trust": "it manages conda environments",
    "libmambapy": "it manages conda environments",
    "menuinst": "it manages conda environments",
    "navigator-updater": "it manages conda environments",
    "anaconda-navigator": "it manages conda environments",
    "anaconda-client": "it manages conda environments",
    "pkg-resources": "it is an empty package of Debian",
    "python-apt": "it belongs to the operating system",
    "ubuntu-pro-client": "it belongs to the operating system",
    "ubuntu-drivers-common": "it belongs to the operating system",
    "unattended-upgrades": "it belongs to the operating system",
    "command-not-found": "it belongs to the operating system",
    "ufw": "it belongs to the operating system",
    "cloud-init": "it belongs to the operating system",
}
_SYSTEMS = {
    "win32": ("Windows", {"pywin32", "pywin32-ctypes", "pypiwin32", "pywinpty", "comtypes", "wmi", "pyreadline3"}),
    "darwin": ("macOS", {"appnope", "pync", "rumps", "macholib", "pyobjc"}),
}


def index_name(name: str) -> str:
    """What an index calls a package of that normalized name, which may be conda's."""
    return _RENAMED.get(name, name)


def why_left_out(name: str, platform: str) -> str:
    """Why a package of that normalized name is of no use on ``platform``; "" if it is of use."""
    if name in _TOOLS:
        return _TOOLS[name]
    for system, (said, names) in _SYSTEMS.items():
        if not platform.startswith(system) and (name in names or (system == "darwin" and name.startswith("pyobjc-"))):
            return f"for {said} only"
    return ""


def split_label(version: str) -> tuple[str, str]:
    """A version and its local label: "2.3.0+cu121" is ("2.3.0", "cu121")."""
    public, _, label = version.partition("+")
    return public, label


def is_hardware(name: str, label: str) -> bool:
    """Whether the label of this package's version only says for which hardware it was compiled."""
    return name in _LABELLED and _HARDWARE.fullmatch(label) is not None
