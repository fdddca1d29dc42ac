"""The first line of a ``%%remote`` cell, read into the options of a submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cellburst.client.options.submission import SubmitOptions
from cellburst.errors import SweepError
from cellburst.magics.grammar import Parsed, parse
from cellburst.magics.line import MagicLine, Word
from cellburst.magics.syntax import CELL
from cellburst.magics.targets import check_target

_BINDING = {"params": "-p", "const": "--const", "when": "--when", "each": "--each"}
_MANY = frozenset({"p", "const", "when", "each", "where", "out"})


@dataclass(frozen=True)
class CellLine:
    """The options of a line, and where what errors are about stands, such as the values of ``-p lr``."""

    line: MagicLine
    options: SubmitOptions
    places: Mapping[str, Word]

    def pointing(self, error: SweepError) -> Exception:
        """``error`` with carets under what causes it, if that is one option."""
        option = error.at.partition(" ")[0]
        place = self.places.get(error.at) or self.places.get(option)
        if place is None and error.at:  # a parameter of a file or of a grid
            place = self.places.get("--over")
        if place is None:
            return error
        if error.span is None:
            return self.line.error_at(str(error), place)
        first = place.start + (place.text[:1] in ("'", '"'))
        return self.line.error(str(error), first + error.span[0], min(first + error.span[1], place.end))


def read_cell_line(text: str, namespace: dict[str, Any]) -> CellLine:
    """The options in the text after ``%%remote``. Raises MagicLineError that points at the place."""
    line = MagicLine(f"{CELL.name} ", text)
    parsed = parse(CELL, line, line.words(), namespace)
    check_target(line, parsed)
    places: dict[str, Word] = {}
    bound: dict[str, Any] = {field: _bound(line, parsed, option, places) for field, option in _BINDING.items()}
    where = tuple(test for test, _ in parsed.values.get("where", ()))
    places.update((f"--where {number}", word) for number, (_, word) in enumerate(parsed.values.get("where", ())))
    values = {key: value for key, value in parsed.values.items() if key not in _MANY}
    out = tuple(dict.fromkeys(name for names in parsed.values.get("out", ()) for name in names))
    for word in ("over", "sample", "sampler", "batch", "zip", "parallel"):
        if word in parsed.places:
            places[f"--{word}"] = parsed.places[word]
    return CellLine(line, SubmitOptions(**values, **bound, where=where, out=out), places)


def _bound(line: MagicLine, parsed: Parsed, option: str, places: dict[str, Word]) -> dict[str, Any]:
    """What one option binds to names; adds to ``places`` where each of its values stands."""
    found: dict[str, Any] = {}
    taken: set[str] = set()
    for names, values, place in parsed.values.get(option.lstrip("-"), ()):
        for name in names.split(","):
            if name in taken:
                raise line.error(f"{name} is bound twice", place.start - len(names) - 1, place.start - 1)
            taken.add(name)
            places[f"{option} {name}"] = place
        found[names] = values
        places[f"{option} {names}"] = place
    return found
