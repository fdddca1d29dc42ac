"""Whether a cell can be sent to a target."""

from __future__ import annotations

from cellburst.errors import TargetError
from cellburst.magics.grammar import Parsed
from cellburst.magics.line import MagicLine, Word
from cellburst.magics.syntax import COMMANDS
from cellburst.targets import find


def check_target(line: MagicLine, parsed: Parsed) -> None:
    """Raises MagicLineError that says which targets exist, or what is wrong with their file."""
    name = parsed.values["target"]
    try:
        find(name)
    except TargetError as error:
        word = parsed.places.get("target", Word(name, 0))
        if name in COMMANDS:
            said = f"{name!r} is not a target; %remote {name}, with one % sign, is the command"
            raise line.error_at(said, word) from None
        raise line.error_at(str(error), word) from None
