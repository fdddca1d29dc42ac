"""The text after a magic's name: its words, and errors that point at a place in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cellburst.display.formatting import text_width
from cellburst.errors import MagicLineError

_CLOSERS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Word:
    """A part of the line and where it begins."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def after(self, count: int) -> Word:
        """The word without its first ``count`` characters."""
        return Word(self.text[count:], self.start + count)


@dataclass(frozen=True)
class MagicLine:
    """``prefix`` is what stands before the text when the line is shown, such as ``"%%remote "``."""

    prefix: str
    text: str

    def words(self) -> list[Word]:
        """The line split at blanks outside brackets and quotes.

        Raises MagicLineError for a bracket or quote that is not closed, or closed by another.
        """
        return list(_split(self))

    def error(self, message: str, start: int, end: int | None = None) -> MagicLineError:
        """An error whose message shows the line with carets under ``start`` to ``end``."""
        end = start + 1 if end is None else max(end, start + 1)
        indent = "".join("\t" if char == "\t" else " " * text_width(char) for char in self.prefix + self.text[:start])
        marked = "^" * max(1, text_width(self.text[start:end]))
        return MagicLineError(f"{message}\n  {self.prefix}{self.text}\n  {indent}{marked}")

    def error_at(self, message: str, word: Word) -> MagicLineError:
        """The same, under a word."""
        return self.error(message, word.start, word.end)

    def error_at_end(self, message: str) -> MagicLineError:
        """The same, behind the last word."""
        return self.error(message, len(self.text.rstrip()) + 1)


def _split(line: MagicLine) -> Iterator[Word]:
    text, place = line.text, 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        end = _word_end(line, place)
        yield Word(text[place:end], place)
        place = end


def _word_end(line: MagicLine, place: int) -> int:
    text, opened = line.text, list[int]()
    while place < len(text):
        char = text[place]
        if char in "\"'":
            place = _string_end(line, place)
            continue
        if char in _CLOSERS:
            opened.append(place)
        elif char in _CLOSERS.values():
            _close(line, opened, place)
        elif char.isspace() and not opened:
            break
        place += 1
    if opened:
        raise line.error(f"this {text[opened[-1]]} is never closed", opened[-1])
    return place


def _close(line: MagicLine, opened: list[int], place: int) -> None:
    char = line.text[place]
    if not opened:
        raise line.error(f"this {char} closes nothing", place)
    expected = _CLOSERS[line.text[opened.pop()]]
    if char != expected:
        raise line.error(f"{expected} is expected here, not {char}", place)


def _string_end(line: MagicLine, start: int) -> int:
    text, quote = line.text, line.text[start]
    if text.startswith(quote * 3, start):
        quote *= 3
    place = start + len(quote)
    while place < len(text):
        if text[place] == "\\":
            place += 2
        elif text.startswith(quote, place):
            return place + len(quote)
        else:
            place += 1
    raise line.error("this quote is never closed", start)
