"""All that runs need in an account: looked at, made, and removed, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cellburst.account.boundary import Boundary
from cellburst.account.bucket import Bucket
from cellburst.account.group import Group
from cellburst.account.part import Part, Standing
from cellburst.account.place import Place
from cellburst.aws.session import Session


@dataclass(frozen=True)
class Done:
    """How a part stood, and whether it was changed. ``after`` is what is still wrong then."""

    title: str
    before: Standing
    changed: bool
    after: Standing


def parts(session: Session, place: Place, *, vpc: str = "", keep_days: int | None = None) -> list[Part]:
    """In the order in which they are made."""
    return [Bucket(session, place, keep_days), Boundary(session, place), Group(session, place, vpc)]


def setup(found: list[Part], *, dry_run: bool = False) -> Iterator[Done]:
    """Create or put right each part; with ``dry_run`` only say how it stands. Raises CloudError, UsageError."""
    for part in found:
        before = part.look()
        if before.good or dry_run:
            yield Done(part.title, before, False, before)
        else:
            part.mend()
            yield Done(part.title, before, True, part.look())


def remove(found: list[Part], kept: Callable[[Part], str]) -> Iterator[tuple[str, str]]:
    """Remove each part, the newest first: its title and what came of it. ``kept`` says why a part stays, or ""."""
    for part in reversed(found):
        reason = kept(part)
        if reason:
            yield part.title, f"kept: {reason}"
        else:
            yield part.title, "removed" if part.remove() else "was not there"
