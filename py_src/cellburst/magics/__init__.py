"""The %%remote and %remote magics.

``line`` splits what stands after the magic's name, ``grammar`` reads it by the tables in ``syntax`` with the readers in
``values``; ``cell`` and ``commands`` act on it; ``help`` tells all of that from the same tables.
"""

from __future__ import annotations

from typing import Any


def load(shell: Any) -> None:
    """Register the magics with an IPython shell."""
    from cellburst.magics import extension

    extension.load(shell)


def unload(shell: Any) -> None:
    """Take the magics away."""
    from cellburst.magics import extension

    extension.unload(shell)
