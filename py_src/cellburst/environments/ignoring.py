"""Which files of a source folder stay here: ``.cellburstignore``, in the syntax of ``.gitignore``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

FILE = ".cellburstignore"

_NEVER = """
.git/
.hg/
.svn/
__pycache__/
*.py[cod]
*.egg-info/
.eggs/
.ipynb_checkpoints/
.*_cache/
.hypothesis/
.tox/
.nox/
.venv/
.direnv/
node_modules/
.DS_Store
"""
"""What is left out without a word, unless ``.cellburstignore`` asks for it with "!"."""

_SECRET = """
.env
.env.*
.netrc
.pypirc
.npmrc
.git-credentials
.aws/
.ssh/
.gnupg/
.kaggle/
.streamlit/secrets.toml
id_rsa
id_dsa
id_ecdsa
id_ed25519
*.pem
*.key
*.p12
*.pfx
*.jks
*.kdbx
credentials
credentials.json
client_secret*.json
service_account*.json
"""
"""What is left out as a secret, and said to be, unless ``.cellburstignore`` asks for it with "!"."""


_NOT_IN_A_CLASS = re.compile(r"[\\\[&~|]")


@dataclass(frozen=True)
class _Pattern:
    regex: re.Pattern[str]
    wanted: bool
    folders_only: bool
    is_secret: bool


class PatternError(ValueError):
    """A line is no pattern: nobody knows what it was to leave out."""


class Ignore:
    """What the lines of a ``.cellburstignore`` leave out, after the built-in ones; the last that matches decides.

    Raises PatternError with the number of the line.
    """

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._patterns = [
            *_compiled(tuple(_NEVER.split()), False),
            *_compiled(tuple(_SECRET.split()), True),
            *_compiled(tuple(lines), False),
        ]
        self._any = re.compile("|".join(f"(?:{pattern.regex.pattern})" for pattern in self._patterns))

    def verdict(self, path: str, *, folder: bool = False) -> str:
        """ "" to send ``path`` (relative, with "/"), "ignored" or "secret" to leave it out."""
        if self._any.fullmatch(path) is None:  # most are sent
            return ""
        for pattern in reversed(self._patterns):
            if (folder or not pattern.folders_only) and pattern.regex.fullmatch(path):
                return "" if pattern.wanted else "secret" if pattern.is_secret else "ignored"
        return ""


@lru_cache(maxsize=64)
def _compiled(lines: tuple[str, ...], is_secret: bool) -> tuple[_Pattern, ...]:
    found: list[_Pattern] = []
    for number, line in enumerate(lines, 1):
        try:
            pattern = _pattern(line, is_secret)
        except (re.error, PatternError) as error:
            why = error.msg if isinstance(error, re.error) else error
            raise PatternError(f"line {number}: {line.strip()!r} is no pattern ({why})") from None
        found += [] if pattern is None else [pattern]
    return tuple(found)


def _pattern(line: str, is_secret: bool) -> _Pattern | None:
    text = line.rstrip("\r\n")
    while text.endswith(" ") and not text.endswith("\\ "):
        text = text[:-1]
    if not text or text.startswith("#"):
        return None
    wanted = text.startswith("!")
    text = text[1:] if wanted else text
    folders_only = text.endswith("/")
    text = text.rstrip("/")
    anchored = "/" in text
    body = _regex(text.removeprefix("/"))
    return (
        _Pattern(re.compile(body if anchored else f"(?:.*/)?{body}"), wanted, folders_only, is_secret) if text else None
    )


def _regex(text: str) -> str:
    """A glob as ``.gitignore`` has it: "*" and "?" stay within a name, "**" does not."""
    parts: list[str] = []
    at = 0
    while at < len(text):
        if text.startswith("**/", at) and (at == 0 or text[at - 1] == "/"):
            parts.append("(?:.*/)?")
            at += 3
        elif text[at:] == "**" and (at == 0 or text[at - 1] == "/"):
            parts.append(".*")
            at += 2
        elif text[at] == "[" and (end := _class_end(text, at)) > 0:
            if text.startswith("[:", at + 1):
                raise PatternError("classes by name are not known here: write [a-z]")
            inside = _NOT_IN_A_CLASS.sub(r"\\\g<0>", text[at + 1 : end])
            parts.append(f"[^/{inside[1:]}]" if inside[:1] in ("!", "^") else f"[{inside}]")
            at = end + 1
        else:
            at += 1 if text[at] == "\\" and at + 1 < len(text) else 0
            escaped = at > 0 and text[at - 1] == "\\"
            parts.append({"*": "[^/]*", "?": "[^/]"}.get(text[at], "") if not escaped else "")
            parts[-1] = parts[-1] or re.escape(text[at])
            at += 1
    return "".join(parts)


def _class_end(text: str, start: int) -> int:
    """Where the "]" of a class is; -1 if it has none."""
    first = start + 1 + (text[start + 1 : start + 2] in ("!", "^"))
    return text.find("]", first + 1)
