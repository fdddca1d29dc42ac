"""What Tab offers on a ``%%remote`` or ``%remote`` line: targets, options, their values, commands."""

from __future__ import annotations

from collections.abc import Iterable

from cellburst.magics.grammar import Command
from cellburst.magics.syntax import CELL, COMMANDS
from cellburst.targets import known
from cellburst.targets.rules import SPOT_POLICIES

_CHOICES = {
    "--spot-policy": SPOT_POLICIES,
    "--sampler": ("random", "lhs", "sobol"),
    "--on-interrupt": ("cancel", "detach"),
    "--search": ("tpe", "random", "cmaes", "gp", "qmc", "grid"),
    "--pruner": ("asha", "median", "hyperband", "none"),
}


def cell_words(line: str) -> list[str]:
    """What may stand where ``line``, which begins with ``%%remote``, ends."""
    before, word = _split(line)
    if before and before[-1] in _CHOICES:
        return _beginning(word, _CHOICES[before[-1]])
    if before and any(option.name == before[-1] and option.read and option.bare is None for option in CELL.options):
        return []
    if word.startswith("-"):
        return _options(CELL, before, word)
    return _beginning(word, known()[0]) if not before else []


def line_words(line: str) -> list[str]:
    """The same for ``%remote``."""
    before, word = _split(line)
    if not before:
        return _beginning(word, COMMANDS)
    command = COMMANDS.get(before[0])
    return _options(command, before, word) if command and word.startswith("-") else []


def _split(line: str) -> tuple[list[str], str]:
    """The words between the magic and the last one, and that one, which may be empty."""
    words = line.split()[1:]
    return (words, "") if line[-1:].isspace() else (words[:-1], words[-1] if words else "")


def _options(command: Command, before: list[str], word: str) -> list[str]:
    given = {option.name for option in command.options if option.name in before and not option.many}
    return _beginning(word, (option.name for option in command.options if option.name not in given))


def _beginning(word: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(word)]
