"""One walk over all names as one graph: each object is described where it is first met, elsewhere as a reference."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from . import atoms
from .classes import importable
from .memory import Stretch, relations

Handler = Callable[["Walk", str, Any], "str | None"]

_PLACES_EACH = 3000  # of one name; what is beyond goes into one digest
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,16}\b")
_LONGEST = 1200  # characters of an entry; what is beyond goes into a digest


class Walk:
    """``entries`` has a text for each place (``a``, ``a[0]``, ``f.__closure__[0]``); breadth first, so that the
    shortest path to an object is its place. ``inner`` is true below objects of libraries: how those lay out
    their own data is not looked at; a handler sets it before it asks for children."""

    def __init__(self, user_ns: dict[str, Any], handlers: Sequence[Handler]) -> None:
        self.user_ns = user_ns
        self.entries: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        self.stretches: list[Stretch] = []
        self.namespaces: set[int] = set()  # dicts that are functions' globals
        self._handlers = handlers
        self._places: dict[int, str] = {}
        self._kept: list[Any] = []  # an id stays taken while we walk
        self._queue: deque[tuple[str, bool, str, Any]] = deque()
        self._counts: dict[str, int] = {}
        self._rest: dict[str, Any] = {}
        self._root = ""
        self.inner = False

    def run(self, roots: dict[str, Any]) -> None:
        """Describe everything that can be reached from ``roots``."""
        for name in sorted(roots):
            self._root, self.inner = name, False
            token = self.child(name, roots[name])
            if not (token.startswith("<") and self._is_place(name, roots[name])):
                self.entries[name] = token
        while self._queue:
            self._root, self.inner, path, obj = self._queue.popleft()
            self._record(path, self._describe(path, obj))
        for root, digest in self._rest.items():
            self.entries[f"{root}<rest>"] = f"{self._counts[root]} places, {digest.hexdigest()[:16]}"
        for path, text in relations(self.stretches):
            self.entries[f"{path}<memory>"] = text

    def child(self, path: str, obj: Any, *, flat: bool = False) -> str:
        """How ``obj`` is written inside another: its value, a reference, or ``<type>`` if it is described at ``path``.

        ``flat`` writes small tuples of atoms as values: their identity is not looked at.
        """
        text = atoms.token(obj, flat=flat)
        if text is not None:
            return shortened(text)
        if type(obj) is type and importable(obj):
            return f"class {atoms.type_name(obj)}"
        if atoms.is_type_hint(obj):
            return shortened(_ADDRESS.sub("0x...", f"{atoms.type_name(type(obj))} {obj!r}"))
        if obj is self.user_ns:
            return "-> the namespace"
        place = self._places.get(id(obj))
        if place is not None:
            return f"-> {place}"
        self._places[id(obj)] = path
        self._kept.append(obj)
        self._queue.append((self._root, self.inner, path, obj))
        return f"<{atoms.type_name(type(obj))}>"

    def fresh(self, obj: Any) -> Any:
        """Keep an object that was made for the description, so that its id is not taken for another's."""
        self._kept.append(obj)
        return obj

    def note(self, path: str, text: str) -> None:
        """Describe a further aspect of the object that is being described, as a place of its own."""
        self._record(path, text)

    def weigh(self, size: int) -> None:
        """Count bytes of data for the name that is being described."""
        self.sizes[self._root] = self.sizes.get(self._root, 0) + size

    def _is_place(self, path: str, obj: Any) -> bool:
        return self._places.get(id(obj)) == path

    def _describe(self, path: str, obj: Any) -> str:
        problem = ""
        for handler in self._handlers:
            try:
                text = handler(self, path, obj)
            except Exception as error:
                problem = f" that cannot be described: {type(error).__name__}"
                continue
            if text is not None:
                return text
        return f"{atoms.type_name(type(obj))}{problem}"

    def _record(self, path: str, text: str) -> None:
        count = self._counts[self._root] = self._counts.get(self._root, 0) + 1
        if count <= _PLACES_EACH:
            self.entries[path] = shortened(_ADDRESS.sub("0x...", text))
            return
        digest = self._rest.setdefault(self._root, hashlib.sha1(usedforsecurity=False))
        digest.update(f"{path}={text}\0".encode("utf-8", "surrogatepass"))


def shortened(text: str) -> str:
    """The text, or its start and a digest."""
    if len(text) <= _LONGEST:
        return text
    digest = hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:16]
    return f"{text[:600]} ... [{len(text)} characters, {digest}]"
