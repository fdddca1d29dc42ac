"""Which names of a shell are the user's."""

from __future__ import annotations

import re
from typing import Any

_HISTORY = re.compile(r"_i{0,3}|_{2,3}|_i?\d+|_i[hi]+|_oh|_dh|_ih|In|Out|__warningregistry__")
_MISSING = object()


def roots(shell: Any) -> dict[str, Any]:
    """The user's names with their values, and the results that IPython keeps."""
    space, hidden = shell.user_ns, shell.user_ns_hidden
    found = {}
    for name, value in list(space.items()):
        if not isinstance(name, str) or _HISTORY.fullmatch(name) or hidden.get(name, _MISSING) is value:
            continue
        found[name] = value
    for name in ("_", "__", "___", "Out"):
        if name in space:
            found[f"{name} (history)"] = space[name]
    found["_dh (history)"] = [str(folder) for folder in space.get("_dh", ())]
    return found
