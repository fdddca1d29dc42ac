"""A grid as text that works elsewhere, and back: options of the magic, Python, YAML."""

from __future__ import annotations

from cellburst.errors import UsageError
from cellburst.widgets.formats import options, python, yaml
from cellburst.widgets.spec import MOST_BYTES, Spec

FORMATS = ("options", "python", "yaml")


def write(format: str, spec: Spec, function: str = "fn") -> str:  # noqa: A002 the field's name for it
    """The grid as text. Raises TextError while something cannot be read, UsageError for another format."""
    if format == "python":
        return python.write(spec, function)
    return yaml.write(spec) if _known(format) == "yaml" else options.write(spec)


def read(text: str, format: str = "") -> Spec:  # noqa: A002
    """The grid of a text; without a format it is told by how the text begins. Raises TextError, UsageError."""
    if len(text) > MOST_BYTES:
        raise UsageError("this text is too long to be a grid")
    readers = {"options": options.read, "python": python.read, "yaml": yaml.read}
    return readers[_known(format or guessed(text))](text)


def guessed(text: str) -> str:
    """The format that a text seems to have."""
    begin = text.lstrip()
    if begin.startswith(("-", "%%remote", "%remote")) and not begin.startswith("---"):
        return "options"
    lines = [line for line in begin.splitlines() if line.strip() and not line.startswith("#")]
    return "yaml" if any(line.rstrip().startswith("parameters:") for line in lines) else "python"


def _known(format: str) -> str:  # noqa: A002
    if format not in FORMATS:
        raise UsageError(f"the formats are {', '.join(FORMATS)}, not {format!r}")
    return format
