"""What one kernel did with one cell, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Output:
    """One thing that a cell published. ``kind``: a stream's name, or the type of the message."""

    kind: str
    content: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return str(self.content.get("text", ""))


@dataclass
class Record:
    """``names`` and ``states`` are the probe's, after the cell; ``files`` what lies in the working directory then.

    ``seconds`` from sending the cell to its end, in ``garbage`` of which the kernel looked for garbage; ``work`` of the
    processors meanwhile; ``copying`` what copies of the variables that it mentions take, before and after it, if that
    was measured; ``refusal`` is the reason with which a cell was refused before it was run without the line; ``said``
    are the sentences with which cellburst warned, ``card`` what it showed of the run itself.
    """

    source: str
    outputs: list[Output] = field(default_factory=list)
    reply: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    work: float = 0.0
    garbage: float = 0.0
    copying: float = 0.0
    refusal: str = ""
    said: list[str] = field(default_factory=list)
    lost: str = ""
    card: str = ""
