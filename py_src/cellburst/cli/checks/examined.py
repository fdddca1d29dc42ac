"""What one check of a target finds out and the next one needs."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from cellburst.aws.session import Session
from cellburst.model.plan import Offer
from cellburst.model.target import Target
from cellburst.paths import Folders


@dataclass
class Examined:
    """A target and what was found out so far: ``offers`` that fit, ``priced`` (wall seconds), the ``image``'s id."""

    target: Target
    folders: Folders
    session: Session
    now: float = field(default_factory=time.time)
    offers: tuple[Offer, ...] = ()
    priced: float = 0.0
    image: str = ""

    @property
    def types(self) -> list[str]:
        """The types on offer, each once, the first one first."""
        return list(dict.fromkeys(offer.type for offer in self.offers))
