"""The words of a text, each with its place."""

from __future__ import annotations

from dataclasses import dataclass

from cellburst.widgets.literals import TextError
from cellburst.words import SplitError, words


@dataclass(frozen=True)
class Word:
    """A part of a text; ``start`` counts characters from the beginning of ``whole``."""

    text: str
    start: int
    whole: str

    def after(self, count: int) -> Word:
        """The word without its first ``count`` characters."""
        return Word(self.text[count:], self.start + count, self.whole)

    def error(self, message: str, offset: int = 0) -> TextError:
        """An error at this word."""
        place = min(self.start + max(offset, 0), len(self.whole))
        return TextError(message, *place_in(self.whole, place))


def place_in(text: str, place: int) -> tuple[int, int]:
    """Line and column of a character, from 1."""
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


def words_of(text: str) -> list[Word]:
    """The words; a backslash at the end of a line goes on in the next. Raises TextError at what is not closed."""
    try:
        return [Word(text[start:end], start, text) for start, end in words(text)]
    except SplitError as error:
        raise TextError(str(error), *place_in(text, error.place)) from None
