"""Numbers, times and texts as people read them; standard library only."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_ANSI = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # colours and cursor moves
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles and links
    r"|[PX^_][^\x1b]*(?:\x1b\\)?"  # device strings
    r"|[ -/]*[0-~])"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SIZES = ("kB", "MB", "GB", "TB", "PB")


def format_bytes(size: float) -> str:
    """Decimal units, as disks and memory are sold: ``"0 B"``, ``"512 B"``, ``"1.5 MB"``, ``"20 GB"``."""
    if size < 999.5:
        return f"{size:.0f} B"
    for unit in _SIZES:
        size /= 1000
        if size < 9.95:
            return f"{size:.1f} {unit}"
        if size < 999.5:
            return f"{size:.0f} {unit}"
    return f"{size:.0f} {_SIZES[-1]}"


def format_duration(seconds: float) -> str:
    """At most two units: ``"<1 ms"``, ``"12 ms"``, ``"3.4 s"``, ``"48 s"``, ``"2 min 5 s"``, ``"3 h 12 min"``."""
    if seconds < 0.001:
        return "<1 ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    for size, unit, part, small in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            number, rest = divmod(whole, size)
            return f"{number} {unit} {rest // part} {small}" if rest // part else f"{number} {unit}"
    raise AssertionError(whole)


def clean(text: str) -> str:
    """``text`` without terminal codes and without characters that hide or turn others; line ends and tabs stay."""
    text = _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    return text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates cannot be sent to a browser


def one_line(text: str, limit: int = 120) -> str:
    """``text`` cleaned, on one line, cut to ``limit`` characters with an ellipsis."""
    return _cut(" ".join(clean(text[: limit * 8]).split()), limit)


def status_line(text: str, limit: int = 120) -> str:
    """The same with its blanks as they are: the blanks of a progress bar are part of the picture."""
    return _cut(" ".join(clean(text[: limit * 8]).replace("\t", " ").splitlines()), limit)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def last_line(text: str) -> str:
    """What a terminal would show on its last line that is not empty, honouring carriage returns."""
    for line in reversed(clean(text).split("\n")):
        if line.strip():
            return line.strip()
    return ""


def value_text(value: Any, limit: int = 80) -> str:
    """A displayed value: floats with four digits, fields by name, everything else as its text."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return one_line(", ".join(f"{name}={value_text(part, limit)}" for name, part in value.items()), limit)
    if isinstance(value, float):
        return f"{value:.4g}"
    return one_line(str(value), limit)


def counted(number: int, noun: str) -> str:
    """``"1 task"``, ``"3 tasks"``, ``"10,000 tasks"``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def text_width(text: str) -> int:
    """Columns that ``text`` takes in a terminal."""
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
