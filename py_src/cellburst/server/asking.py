"""What was asked for: ids from a path, a query, a body; checked before anything is done with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from cellburst.errors import UnknownRunError, UsageError
from cellburst.model.ids import is_run_id

Asked = TypeVar("Asked", bound=Struct)
_INDEX = re.compile(r"[0-9]{1,9}")
_SHOWN = 40
_LONGEST = 300
_LONGEST_PATH = 4096


def run_id(text: str) -> str:
    """A run id. Raises UsageError."""
    if not is_run_id(text):
        raise UsageError(f"{text[:_SHOWN]!a} is no run id")
    return text


def task_index(text: str) -> int:
    """A task's index. Raises UsageError."""
    if not _INDEX.fullmatch(text):
        raise UsageError(f"{text[:_SHOWN]!a} is no task index")
    return int(text)


def file_path(text: str) -> str:
    """The path of a file that a task left: looked for among those that are recorded, never in a folder."""
    if len(text) > _LONGEST_PATH:
        raise UsageError(f"{text[:_SHOWN]!a}... is too long for the path of a file")
    return text


IDS: Mapping[str, Callable[[str], Any]] = {"run": run_id, "index": task_index, "path": file_path}
"""Every id that a path may have, by its name."""


def ids(path: Mapping[str, str]) -> dict[str, Any]:
    """The ids of a path. Raises UsageError."""
    return {name: IDS[name](text) for name, text in path.items()}


def query(kind: type[Asked], arguments: Mapping[str, Sequence[bytes]]) -> Asked:
    """The parameters of a URL; unknown ones are left alone: the server's token and the browser's own are among them.

    A parameter that takes several values may be repeated, or have commas in it. Raises UsageError.
    """
    given: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        values = arguments.get(field.encode_name)
        if not values:
            continue
        try:
            texts = [value.decode() for value in values]
        except UnicodeDecodeError:
            raise UsageError(f"{field.name} is not UTF-8") from None
        if _takes_several(kind, field.name):
            given[field.name] = [part for text in texts for part in text.split(",") if part]
        else:
            given[field.name] = texts[-1]
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(_sentence(error)) from None


def body(kind: type[Asked], data: bytes) -> Asked:
    """The JSON of a request; none at all is an empty object. Raises UsageError."""
    try:
        return msgspec.json.decode(data or b"{}", type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(_sentence(error)) from None


def known_task(index: int, count: int, run: str) -> int:
    """The index of a task that there is. Raises UnknownRunError."""
    if index >= count:
        raise UnknownRunError(f"run {run} has no task {index}: it has {count}")
    return index


def _sentence(error: Exception) -> str:
    """What is wrong, with the name of the parameter; what was sent may be of any length."""
    return str(error).replace("`$.", "`")[-_LONGEST:]


@cache
def _takes_several(kind: type[Struct], name: str) -> bool:
    found = next(field for field in msgspec.structs.fields(kind) if field.name == name)
    return getattr(found.type, "__origin__", None) is tuple
