"""Making results travel: what cannot is said and does not spoil the rest, and a full disk is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from cellburst.abc import BlobStore
from cellburst.errors import CaptureError, DiskFullError
from cellburst.model.blob import Packed
from cellburst.payload.pickling import pack
from cellburst.settings import Settings
from cellburst.worker.text import clean, shorten, text_of, type_name

Namespace = dict[str, Any]
DISK_PATIENCE = 60.0
_DISK_PAUSE = 1.0
DISK_FULL = "result not stored: disk full"


class Returned(Struct, frozen=True):
    """What goes back of a value; ``note`` says what does not."""

    packed: Packed | None
    note: str = ""


class Packer:
    """Packs objects of one task."""

    def __init__(self, blobs: BlobStore, settings: Settings, namespace: Namespace) -> None:
        self._blobs = blobs
        self._settings = settings
        self._namespace = namespace

    def __call__(self, value: object) -> Packed:
        return pack(value, self._blobs, self._settings, namespace=self._namespace)


def return_value(value: Any, packer: Packer) -> Returned:
    """The value of a task."""
    return attempt(lambda: packer(value), "value not returned")


def return_named(value: Any, out: dict[str, Any], packer: Packer) -> Returned:
    """The value and the named variables, as a pair; parts that cannot travel are None and named in the note."""
    whole = return_value((value, out), packer)
    if whole.packed is not None or whole.note == DISK_FULL:
        return whole
    notes = []
    found = return_value(value, packer)
    if found.packed is None:
        value = None
        notes.append(found.note)
    kept = {}
    for name, item in out.items():
        found = attempt(lambda item=item: packer(item), f"{name} not returned")  # type: ignore[misc]
        if found.packed is None:
            notes.append(found.note)
        else:
            kept[name] = item
    return Returned(return_value((value, kept), packer).packed, "; ".join(notes))


def attempt(make: Callable[[], Packed], what: str) -> Returned:
    """``make()``, tried again while the disk is full; its failure is a note that starts with ``what``."""
    deadline = 0.0
    while True:
        try:
            return Returned(make())
        except DiskFullError:
            deadline = deadline or time.monotonic() + DISK_PATIENCE
            if time.monotonic() >= deadline:
                return Returned(None, DISK_FULL)
            time.sleep(_DISK_PAUSE)
        except BaseException as error:  # __reduce__ is the user's and may raise anything
            return Returned(None, f"{what}: {_reason(error)}")


def _reason(error: BaseException) -> str:
    said = text_of(error, 1000) if isinstance(error, CaptureError) else f"{type_name(error)}: {text_of(error, 1000)}"
    return clean(shorten(said, 1000))
