"""How the value of a task looks, as an output record."""

from __future__ import annotations

from typing import Any

from cellburst.worker.bundle import bundle_record
from cellburst.worker.outputs import Record
from cellburst.worker.shell import ShellHost

_PLAIN = frozenset({int, float, complex, bool, str, bytes, bytearray, list, tuple, dict, set, frozenset, type(None)})
_RICH = (
    "_ipython_display_", "_repr_mimebundle_", "_repr_html_", "_repr_markdown_", "_repr_latex_", "_repr_svg_",
    "_repr_png_", "_repr_jpeg_", "_repr_json_",
)  # fmt: skip
_LARGEST = 256 << 10


def shows(value: Any, shell: ShellHost) -> bool:
    """Whether the value looks like more than its summary: scalars and plain containers are not worth a record."""
    kind = type(value)
    try:
        if kind in _PLAIN or getattr(value, "shape", None) == ():  # numpy's scalars
            return False
        return shell.loaded or any(hasattr(kind, name) for name in _RICH)
    except BaseException:  # its methods, and its metaclass's, are the user's
        return False


def result_record(value: Any, shell: ShellHost) -> Record | None:
    """The ``execute_result`` of a value; None if it displays itself."""
    data, metadata = shell.format(value)
    if not data:
        return None
    record = bundle_record("execute_result", data, metadata)
    bundle = record["data"]
    for kind in sorted(bundle, key=lambda kind: kind == "text/plain"):  # plain text stays longest
        if sum(len(item) for item in bundle.values() if isinstance(item, str)) <= _LARGEST:
            break
        if kind != "text/plain":
            del bundle[kind]
    return record
