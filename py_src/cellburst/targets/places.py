"""Where in a TOML text a key stands: the parser does not tell."""

from __future__ import annotations

import re

_QUOTES = "\"'"


def line_of(text: str, section: str, key: str = "") -> int:
    """The number of the line, from 1, of a key of a section; of the section if there is no such key; 0 for neither."""
    header, inside = 0, False
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("["):
            inside = _name(bare.strip("[]").partition("]")[0]) == section
            header = header or (number if inside else 0)
        elif (inside and key and _key(bare) == key) or (not header and _key(bare) == section):
            return number
    return header


def _key(line: str) -> str:
    match = re.match(r"(\"[^\"]*\"|'[^']*'|[\w.-]+)\s*=", line)
    return _name(match[1]) if match else ""


def _name(text: str) -> str:
    bare = text.strip()
    return bare[1:-1] if bare[:1] in _QUOTES and bare[:1] == bare[-1:] else bare
