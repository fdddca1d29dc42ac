"""Which places two plain kernels agree about, and in which form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_NUMBER = r"\d+(?:[.,]\d+)?(?:e[+-]?\d+)?"
_ALWAYS = re.compile(r"(?m)^.*(?:CPU times:|Wall time:|per loop).*$")
_CELL_FILE = re.compile(r"\b\d{6,}\.py(, line|\b)")  # its name is a digest of the cell with the line on top
_PATTERNS = (
    (re.compile(r"0x[0-9a-fA-F]{4,}"), "0x..."),
    (re.compile(r"ipykernel_\d+/(?:\d+\.py|<cell>)"), "<cell>"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<uuid>"),
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?"), "<time>"),
    (re.compile(r"\b\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?\b"), "<time>"),
    (re.compile(rf"{_NUMBER} ?(?:ns|µs|μs|us|ms|s|sec|seconds?|min|it/s|s/it)\b"), "<duration>"),
    (re.compile(r"(?i)\b(pid|process|thread)([ =:-]+)\d+"), r"\1\2<n>"),
)  # fmt: skip

Form = Callable[[str], str]


def exact(text: str) -> str:
    return text


def timeless(text: str) -> str:
    """The text without what differs even when it looks the same twice: measured times, the number of a cell's text."""
    text = _CELL_FILE.sub(r"<cell>\1", text) if ".py" in text else text
    return _ALWAYS.sub(_without_digits, text) if "time" in text or "loop" in text else text


def normalised(text: str) -> str:
    """The text without addresses, times, durations, process ids and random identities."""
    text = timeless(text)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def _without_digits(line: re.Match[str]) -> str:
    return re.sub(rf"{_NUMBER} ?\S+", "<duration>", line[0])


@dataclass
class Screen:
    """``expected`` has each stable place with the form to compare it in; ``unstable`` are not compared."""

    expected: dict[str, str | None] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    unstable: set[str] = field(default_factory=set)

    def hidden(self, place: str) -> bool:
        """Whether a place, or what it is part of, differs between plain kernels."""
        return place in self.unstable or any(place.startswith(other) for other in self.unstable)


def screen(*plain: Mapping[str, str]) -> Screen:
    """What plain kernels have in common; a place that none has is not in it."""
    found = Screen()
    for place in dict.fromkeys(place for places in plain for place in places):
        texts = [places.get(place) for places in plain]
        for form in (timeless, normalised):
            one, *others = (None if text is None else form(text) for text in texts)
            if all(other == one for other in others):
                found.expected[place], found.forms[place] = one, form
                break
        else:
            found.unstable.add(place)
    return found
