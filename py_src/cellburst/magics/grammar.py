"""What a magic's line may hold, as data, and the reading of a line by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cellburst.magics.line import MagicLine, Word


@dataclass(frozen=True)
class Reading:
    """Where a value stands: readers evaluate in ``namespace`` and point into ``line``."""

    line: MagicLine
    namespace: dict[str, Any]


Reader = Callable[[Reading, Word], Any]


@dataclass(frozen=True)
class Option:
    """``read`` None makes a flag; ``many`` collects the values of every mention in a list.

    With ``bare`` the value may be left out, which means that; one that is given is written behind "=".
    """

    name: str
    meaning: str
    read: Reader | None = None
    metavar: str = ""
    many: bool = False
    bare: Any = None

    @property
    def key(self) -> str:
        return self.name.lstrip("-").replace("-", "_")


@dataclass(frozen=True)
class Argument:
    """A word without a dash; ``many`` takes all that are left."""

    key: str
    metavar: str
    read: Reader
    default: Any = None
    required: bool = False
    many: bool = False


@dataclass(frozen=True)
class Command:
    """``name`` is how the line begins, such as ``"%remote show"``."""

    name: str
    meaning: str
    arguments: tuple[Argument, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """The values given, by key, and the words where they were given."""

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Word] = field(default_factory=dict)


def parse(command: Command, line: MagicLine, words: Sequence[Word], namespace: dict[str, Any]) -> Parsed:
    """Read ``words`` of ``line``; what was not given and has no default is left out.

    Raises MagicLineError that points at the place.
    """
    return _Parser(command, Reading(line, namespace), list(words)).parse()


def nearest(wrong: str, right: Iterable[str]) -> str:
    """``"; did you mean X?"``, or nothing if no right name is near."""
    names = {name.strip("-").lower(): name for name in right}
    bare = wrong.strip("-").lower()
    begins = [name for name in names if bare and name.startswith(bare)]
    import difflib  # only mistakes need it

    found = begins[:1] or difflib.get_close_matches(bare, names, n=1, cutoff=0.7)
    return f"; did you mean {names[found[0]]}?" if found else ""


class _Parser:
    def __init__(self, command: Command, reading: Reading, words: list[Word]) -> None:
        self._command = command
        self._reading = reading
        self._line = reading.line
        self._words = words
        self._options = {option.name: option for option in command.options}
        self._left = list(command.arguments)
        self._found = Parsed()

    def parse(self) -> Parsed:
        while self._words:
            word = self._words.pop(0)
            if _is_option(word):
                self._option(word)
            else:
                self._argument(word)
        for argument in self._left:
            self._default(argument)
        return self._found

    def _option(self, word: Word) -> None:
        name, sign, _ = word.text.partition("=")
        option = self._options.get(name)
        if option is None:
            raise self._unknown(Word(name, word.start))
        given = word.after(len(name) + 1) if sign else None
        values, places = self._found.values, self._found.places
        if option.key in values and not option.many:
            raise self._line.error_at(f"{name} is given twice", word)
        if option.read is None:
            if given is not None:
                raise self._line.error_at(f"{name} takes no value", word)
            values[option.key], places[option.key] = True, word
            return
        if option.bare is not None and given is None:
            values[option.key], places[option.key] = option.bare, word
            return
        value_word = self._value_word(option, word, given)
        value = option.read(self._reading, value_word)
        if option.many:
            values.setdefault(option.key, []).append(value)
        else:
            values[option.key] = value
        places.setdefault(option.key, value_word)

    def _value_word(self, option: Option, word: Word, given: Word | None) -> Word:
        if given is None and self._words and not _is_option(self._words[0]):
            given = self._words.pop(0)
        if given is None or not given.text:
            raise self._line.error(f"{option.name} needs a value: {option.name} {option.metavar}", word.start, word.end)
        return given

    def _argument(self, word: Word) -> None:
        if not self._left:
            raise self._stray(word)
        argument = self._left[0]
        value = argument.read(self._reading, word)
        if argument.many:
            self._found.values.setdefault(argument.key, []).append(value)
        else:
            self._left.pop(0)
            self._found.values[argument.key] = value
        self._found.places.setdefault(argument.key, word)

    def _default(self, argument: Argument) -> None:
        if argument.key in self._found.values:
            return
        if argument.required:
            raise self._line.error_at_end(f"{self._command.name} needs {argument.metavar}")
        self._found.values[argument.key] = argument.default

    def _unknown(self, word: Word) -> Exception:
        hint = nearest(word.text, self._options) or f"; {self._help()} lists the options"
        return self._line.error_at(f"there is no option {word.text}{hint}", word)

    def _stray(self, word: Word) -> Exception:
        takes_values = any(option.read for option in self._command.options)
        hint = "values with spaces go in brackets or quotes" if takes_values else f"{self._help()} says what it takes"
        return self._line.error_at(f"{word.text!r} is one word too many; {hint}", word)

    def _help(self) -> str:
        return self._command.name.split()[0] + "?"


def _is_option(word: Word) -> bool:
    """A dash and a letter; ``-1`` and ``-`` are values."""
    return word.text.startswith("-") and word.text.lstrip("-")[:1].isalpha()
