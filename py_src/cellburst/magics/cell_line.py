"""The first line of a ``%%remote`` cell, read into the options of a submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cellburst.client.options import SubmitOptions
from cellburst.errors import SweepError
from cellburst.magics.grammar import Parsed, parse
from cellburst.magics.line import MagicLine, Word
from cellburst.magics.syntax import CELL
from cellburst.magics.targets import check_target

_OVER = "--over"  # beside the parameters' names, none of which can be this


@dataclass(frozen=True)
class CellLine:
    """The options of a line, and where the values of each parameter stand."""

    line: MagicLine
    options: SubmitOptions
    places: Mapping[str, Word]

    def pointing(self, error: SweepError) -> Exception:
        """``error`` with carets under the values that cause it, if they are those of one parameter alone."""
        from cellburst.sweeps.build import build

        for name, values in self.options.params.items():
            try:
                build({name: values})
            except SweepError as own:
                return self.line.error_at(str(own), self.places[name])
        if _OVER in self.places:
            return self.line.error_at(str(error), self.places[_OVER])
        return error


def read_cell_line(text: str, namespace: dict[str, Any]) -> CellLine:
    """The options in the text after ``%%remote``. Raises MagicLineError that points at the place."""
    line = MagicLine(f"{CELL.name} ", text)
    parsed = parse(CELL, line, line.words(), namespace)
    check_target(line, parsed)
    params, places = _parameters(line, parsed)
    values = {key: value for key, value in parsed.values.items() if key not in {"p", "out"}}
    out = tuple(dict.fromkeys(name for names in parsed.values.get("out", ()) for name in names))
    return CellLine(line, SubmitOptions(**values, params=params, out=out), places)


def _parameters(line: MagicLine, parsed: Parsed) -> tuple[dict[str, Any], dict[str, Word]]:
    params: dict[str, Any] = {}
    places: dict[str, Word] = {}
    for name, values, place in parsed.values.get("p", ()):
        if name in params:
            raise line.error(f"{name} is bound twice", place.start - len(name) - 1, place.start - 1)
        params[name], places[name] = values, place
    if "over" in parsed.places:
        places[_OVER] = parsed.places["over"]
    return params, places
