"""The text after a magic's name: its words, and errors that point at a place in it."""

from __future__ import annotations

from dataclasses import dataclass

from cellburst.display.formatting import text_width
from cellburst.errors import MagicLineError
from cellburst.words import SplitError, words


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
        try:
            return [Word(self.text[start:end], start) for start, end in words(self.text)]
        except SplitError as error:
            raise self.error(str(error), error.place) from None

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
