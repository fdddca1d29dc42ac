"""On a machine: the sender's module path, as it is here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from cellburst.cells.local_modules import is_installed


def path_here(wanted: Iterable[str], own: Sequence[str]) -> tuple[str, ...]:
    """The sender's module path, with this machine's (``own``) where the sender's Python and packages stood in it.

    Folders of the sender's own code are kept in their place: they were unpacked under the same names.
    """
    found: dict[str, None] = {}
    for entry in wanted:
        if os.path.exists(entry) and not is_installed(os.path.join(entry, "x")):
            found[entry] = None
        else:  # of a Python or a virtual environment, or nothing that was sent
            found.update(dict.fromkeys(own))
    found.update(dict.fromkeys(own))
    return tuple(found)
