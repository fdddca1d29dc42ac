"""A text split at blanks outside of brackets and quotes."""

from __future__ import annotations

from collections.abc import Iterator

_CLOSERS = {"(": ")", "[": "]", "{": "}"}


class SplitError(ValueError):
    """What is not closed, or closes nothing; ``place`` counts characters from the beginning."""

    def __init__(self, message: str, place: int) -> None:
        super().__init__(message)
        self.place = place


def words(text: str) -> Iterator[tuple[int, int]]:
    """Where each word begins and ends; a backslash at the end of a line goes on in the next. Raises SplitError."""
    place = 0
    while place < len(text):
        if text[place].isspace() or (text[place] == "\\" and text[place + 1 : place + 2] in ("\n", "\r")):
            place += 1
            continue
        end = _word_end(text, place)
        yield place, end
        place = end


def _word_end(text: str, place: int) -> int:
    opened: list[int] = []
    while place < len(text):
        char = text[place]
        if char in "\"'":
            place = _string_end(text, place)
            continue
        if char in _CLOSERS:
            opened.append(place)
        elif char in _CLOSERS.values():
            _close(text, opened, place)
        elif char.isspace() and not opened:
            break
        place += 1
    if opened:
        raise SplitError(f"this {text[opened[-1]]} is never closed", opened[-1])
    return place


def _close(text: str, opened: list[int], place: int) -> None:
    char = text[place]
    if not opened:
        raise SplitError(f"this {char} closes nothing", place)
    expected = _CLOSERS[text[opened.pop()]]
    if char != expected:
        raise SplitError(f"{expected} is expected here, not {char}", place)


def _string_end(text: str, start: int) -> int:
    quote = text[start] * 3 if text.startswith(text[start] * 3, start) else text[start]
    place = start + len(quote)
    while place < len(text):
        if text[place] == "\\":
            place += 2
        elif text.startswith(quote, place):
            return place + len(quote)
        else:
            place += 1
    raise SplitError("this quote is never closed", start)
