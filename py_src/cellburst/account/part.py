"""One thing that runs need in an account, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Standing:
    """``wrong``: sentences for what is not as it should be, which ``mend`` changes; ``notes``: what only is said."""

    there: bool
    wrong: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        return self.there and not self.wrong


class Part(Protocol):
    """Created, checked and removed; every method raises CloudError, of which AccessError."""

    @property
    def title(self) -> str:
        """What it is and its name: "bucket cellburst-1-us-east-1"."""

    def look(self) -> Standing:
        """How it stands; changes nothing."""

    def mend(self) -> None:
        """Create it if it is not there, and put right what is wrong."""

    def remove(self) -> bool:
        """Remove it; False if there was none."""
