"""Marks what differs between two texts."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from tests.fidelity.markup import Markup, element, join

_WORD = re.compile(r"\s+|\w+|.", re.DOTALL)
_LONGEST = 6000  # characters; of longer texts the part around the first difference is shown
_MOST_WORDS = 1500


def marked(plain: str, remote: str) -> tuple[Markup, Markup]:
    """Both texts, with what only one of them has marked."""
    start = _first_difference(plain, remote)
    one, other = _part(plain, start), _part(remote, start)
    words, others = _WORD.findall(one), _WORD.findall(other)
    if max(len(words), len(others)) > _MOST_WORDS:
        return _tail_marked(one, other, "gone"), _tail_marked(other, one, "come")
    left: list[str] = []
    right: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
        before, after = "".join(words[a:b]), "".join(others[c:d])
        if kind == "equal":
            left.append(before)
            right.append(after)
        else:
            left += [element("span", before, class_="gone")] if before else []
            right += [element("span", after, class_="come")] if after else []
    return join(*left), join(*right)


def _first_difference(one: str, other: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _part(text: str, start: int) -> str:
    if len(text) <= _LONGEST:
        return text
    begin = max(0, start - 1000)
    end = begin + _LONGEST
    return f"{'... ' if begin else ''}{text[begin:end]}{' ...' if end < len(text) else ''}"


def _tail_marked(text: str, other: str, kind: str) -> Markup:
    start = _first_difference(text, other)
    return join(text[:start], element("span", text[start:], class_=kind))
