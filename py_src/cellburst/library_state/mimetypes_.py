"""The types of files that the mimetypes module knows, once it has been asked or told."""

from __future__ import annotations

import os
import sys
from typing import Any

from cellburst.library_state.registry import State

Table = dict[str, str]
_Change = tuple[Table, tuple[str, ...]]  # what was added or is another, and what is gone
_usual: list[Table] = []


def _tables(known: Any) -> list[Table]:
    """Types that are registered, others that are common, encodings, suffixes."""
    return [known.types_map[True], known.types_map[False], known.encodings_map, known.suffix_map]


def _as_made() -> list[Table]:
    """What the tables have when nobody has told them anything; reads the system's files once."""
    if not _usual:
        module: Any = sys.modules["mimetypes"]
        made = module.MimeTypes()
        made.read_windows_registry()
        for name in filter(os.path.isfile, module.knownfiles):
            made.read(name)
        _usual.extend(_tables(made))
    return _usual


def _get() -> tuple[_Change, ...] | None:
    module: Any = sys.modules["mimetypes"]
    if not module.inited or module._db is None:
        return None
    pairs = zip(_tables(module._db), _as_made(), strict=True)
    return tuple([({}, ()) if now == usual else _change(now, usual) for now, usual in pairs])


def _change(now: Table, usual: Table) -> _Change:
    changed = {name: value for name, value in now.items() if usual.get(name) != value}
    return changed, tuple(name for name in usual if name not in now)


def _set(value: tuple[_Change, ...] | None) -> None:
    module: Any = sys.modules["mimetypes"]
    if value is None:
        if module.inited:
            module.inited, module._db = False, None
            module._default_mime_types()
        return
    if not module.inited:
        module.init()
    for now, usual, (changed, gone) in zip(_tables(module._db), _as_made(), value, strict=True):
        wanted = {name: text for name, text in {**usual, **changed}.items() if name not in gone}
        if now != wanted:
            _know_backwards(module._db, now, wanted)
            now.clear()
            now.update(wanted)


def _know_backwards(known: Any, now: Table, wanted: Table) -> None:
    """Extensions by type are kept apart, and have types of earlier entries, too."""
    for types, extensions in zip(known.types_map, known.types_map_inv, strict=True):
        if types is not now:
            continue
        for extension, kind in wanted.items():
            if now.get(extension) != kind and extension not in extensions.setdefault(kind, []):
                extensions[kind].append(extension)


STATES = (State("types of files", "mimetypes", _get, _set),)
