"""Output records of rich displays, made of nothing but what JSON and MessagePack can hold."""

from __future__ import annotations

import base64
from typing import Any

from cellburst.worker.outputs import LARGEST, Record
from cellburst.worker.text import clean, repr_of

_INT64 = 1 << 63


def bundle_record(kind: str, data: Any, metadata: Any = None, transient: Any = None) -> Record:
    """A record of ``kind`` for a MIME bundle; bytes become base64 text, as in a notebook."""
    record = {"output_type": kind, "data": _plain(data), "metadata": _plain(metadata or {})}
    if transient:
        record["transient"] = _plain(transient)
    size = sum(len(item) if isinstance(item, str) else 0 for item in record["data"].values())
    if size > LARGEST:
        record["data"] = {"text/plain": f"<a display of {size >> 20} MB: too large to send>"}
    return record


def _plain(value: Any) -> Any:
    """``value`` with strings as keys, and with text in place of what cannot be written."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        return float(value)
    if isinstance(value, int):
        return int(value) if -_INT64 <= value < _INT64 else float(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    return _plain(_unwrapped(value))


def _unwrapped(value: Any) -> Any:
    """numpy's scalars and arrays as Python's, and a repr of anything else."""
    for method in ("item", "tolist"):
        try:
            found = getattr(value, method)()
        except Exception:  # not numpy's
            continue
        if isinstance(found, int | float | str | list):
            return found
    return repr_of(value, 1000)
