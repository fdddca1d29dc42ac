"""What a cell left on the worker, in words for the notebook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cellburst.payload.placeholders import reason_of

if TYPE_CHECKING:
    from cellburst.payload.delta import NamespaceDelta

_MOST = 8
_STAYS = ", which stays on the worker"


def warnings_of(delta: NamespaceDelta) -> Iterator[str]:
    """One warning for all placeholders, and one for each change that did not come back."""
    said = list(dict.fromkeys(reason_of(found)._replace(run="").sentence() for found in delta.placeholders))
    if len(said) == 1:
        yield f"{said[0]} (a placeholder takes its place)"
    elif said:
        lines = [f"  {sentence.replace(_STAYS, '')}" for sentence in said[:_MOST]]
        more = [f"  ... and {len(said) - _MOST} more"] if len(said) > _MOST else []
        yield "\n".join(["these stay on the worker, and placeholders take their places:", *lines, *more])
    for name, why in delta.unreturned.items():
        yield f"{name} stays on the worker: {why}"
