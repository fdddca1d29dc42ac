"""Whether a cell can be sent to a target."""

from __future__ import annotations

from cellburst.magics.grammar import Parsed, nearest
from cellburst.magics.line import MagicLine, Word
from cellburst.magics.syntax import COMMANDS
from cellburst.model.target import TARGETS


def check_target(line: MagicLine, parsed: Parsed) -> None:
    """Raises MagicLineError that says which targets exist."""
    name = parsed.values["target"]
    if name in TARGETS:
        return
    word = parsed.places.get("target", Word(name, 0))
    if name in COMMANDS:
        raise line.error_at(f"{name!r} is not a target; %remote {name}, with one % sign, is the command", word)
    hint = nearest(name, TARGETS) or f"; there is only {', '.join(TARGETS)}"
    raise line.error_at(f"there is no target {name!r}{hint}", word)
