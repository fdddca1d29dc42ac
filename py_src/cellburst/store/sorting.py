"""What tasks are sorted by, from the bytes of an outcome or from a sweep; and in which of them a text occurs."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import or_
from typing import Any

import msgspec

from cellburst.model.sweep import SweepView
from cellburst.store.rows import Facts, read_facts

_NUMBERS = frozenset({"attempt", "started", "seconds", "peak_rss"})
_FIELDS = {"value": "summary", "metric": "metrics"}
_json = msgspec.json.Encoder()
COLUMNS = _NUMBERS | {"worker", "value", "metric"}
"""What may be sorted by in an outcome."""


def plain_key(value: Any) -> Any:
    """A value as it is sorted: a number, a text in lower case, or None for what is neither."""
    kind = type(value)
    if kind is float:
        return value if value == value else None  # no NaN
    if kind is int or kind is bool:
        return value
    return value.casefold() if kind is str else None


def rank(key: Any, descending: bool) -> tuple[int, Any]:
    """Where a key belongs: numbers, then texts, and what is missing last in either direction."""
    if key is None or isinstance(key, bytes):
        return (-1 if descending else 2, 0)
    return (1, key) if isinstance(key, str) else (0, key)


def facts_key(column: str, name: str, missing: bytes | None) -> Callable[[bytes], Any]:
    """A function from the bytes of an outcome's facts to its key; ``missing`` stands for none."""
    decode = _decoder(column, name)

    def number(body: bytes) -> Any:
        try:
            return decode(body).found
        except msgspec.MsgspecError:
            return missing

    def key(body: bytes) -> Any:
        try:
            value = decode(body).found
        except msgspec.MsgspecError:
            return missing
        if column == "metric":
            value = value and value.found
        elif name:
            value = value.get(name) if type(value) is dict else None
        found = plain_key(value)
        return missing if found is None else found

    return number if column in _NUMBERS else key


def param_keys(sweep: SweepView, name: str) -> list[Any]:
    """The key of one parameter for every task."""
    keys = _own_keys(sweep, name)
    for part in sweep.parts:
        keys += param_keys(part, name)
    return keys


def _own_keys(sweep: SweepView, name: str) -> list[Any]:
    """The same for the tasks that the sweep began with."""
    if sweep.kind == "table" and name in sweep.columns:
        place = sweep.columns.index(name)
        keys = [plain_key(row[place]) for row in sweep.rows]
        return keys + [None] * (sweep.own - len(keys))
    stride = 1
    for axis in reversed(sweep.axes if sweep.kind == "grid" else ()):
        if axis.name == name:
            once = [key for value in axis.values for key in [plain_key(value)] * stride]
            return once * (sweep.own // len(once))
        stride *= len(axis.values)
    return [None] * sweep.own


def needle_of(text: str) -> bytes:
    """A text as it is looked for."""
    return text.encode(errors="replace").lower()


def says(body: bytes, needle: bytes) -> bool:
    """Whether a text occurs in what an outcome says: its error, note, worker, and texts among value and metrics."""
    try:
        facts = read_facts(body)
    except msgspec.MsgspecError:
        return False
    return needle in "\n".join(_texts(facts)).encode(errors="replace").lower()


def params_with(sweep: SweepView, needle: bytes) -> bytearray:
    """A byte for each task: 1 if the text occurs in its parameters, as JSON writes their values."""
    found = _own_params_with(sweep, _json.encode(needle.decode(errors="replace"))[1:-1])
    for part in sweep.parts:
        found += params_with(part, needle)
    return found


def _own_params_with(sweep: SweepView, needle: bytes) -> bytearray:
    """The same for the tasks that the sweep began with."""
    if sweep.kind == "table":
        lines = _json.encode_lines(sweep.rows).lower().split(b"\n")
        return bytearray(needle in line for line in lines[: sweep.own]).ljust(sweep.own, b"\0")
    found = bytearray(sweep.own)
    stride = 1
    for axis in reversed(sweep.axes if sweep.kind == "grid" else ()):
        hits = b"".join(bytes([needle in _json.encode(value).lower()]) * stride for value in axis.values)
        stride = len(hits)
        if 1 in hits:
            found = bytearray(map(or_, found, hits * (sweep.own // stride)))
    return found


def tells_all(sweep: SweepView) -> bool:
    """Whether the sweep knows every task's parameters; else those that ended have them with their outcome."""
    if sweep.kind == "table" and len(sweep.rows) < sweep.own:
        return False
    own = sweep.own == 0 or sweep.kind in ("single", "copies", "grid", "table")
    return own and all(map(tells_all, sweep.parts))


def told_params(body: bytes) -> dict[str, Any]:
    """The parameters that an outcome tells, as shown."""
    try:
        return read_facts(body).params or {}
    except msgspec.MsgspecError:
        return {}


def says_params(body: bytes, needle: bytes) -> bool:
    """Whether a text occurs in the parameters that an outcome tells, as JSON writes their values."""
    needle = _json.encode(needle.decode(errors="replace"))[1:-1]
    return any(needle in _json.encode(value).lower() for value in told_params(body).values())


def _texts(facts: Facts) -> list[str]:
    parts = [facts.error, facts.note, facts.worker]
    for value in (facts.summary, facts.metrics):
        values = value.values() if isinstance(value, dict) else (value,)
        parts += [part for part in values if isinstance(part, str)]
    return parts


@lru_cache(64)
def _decoder(column: str, name: str) -> Callable[[bytes], Any]:
    """Decodes one field of the facts as ``found``; what is behind it is not even looked at.

    Of metrics only the named one is decoded: there may be a hundred thousand rows.
    """
    field = _FIELDS.get(column, column)
    fields: list[tuple[str, Any]] = []
    for item in msgspec.structs.fields(Facts):
        if item.name == field:
            fields.append(("found", _metric(name) if column == "metric" else item.type))
            break
        fields.append((item.name, item.type if item.type in (int, float) else msgspec.Raw))
    return msgspec.msgpack.Decoder(msgspec.defstruct("Prefix", fields, array_like=True, gc=False)).decode


def _metric(name: str) -> Any:
    metric = msgspec.defstruct("Metric", [("found", Any, None)], rename={"found": name}, gc=False)
    return metric | None
