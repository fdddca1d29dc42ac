"""As in a new process: nothing is known of modules, and no notebook has changed any."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from cellburst.cells.imports import Observer
from cellburst.payload import hand_made, originals


def new_observer(monkeypatch: pytest.MonkeyPatch) -> Observer:
    """One that sees the imports of this test only, and is gone with it."""
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    observer = Observer()
    observer.install()
    monkeypatch.setattr(observer, "_earlier", {})
    return observer


def forget_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was noted of places until now is put back at the end of the test."""
    empty: dict[str, Any] = {"_originals": {}, "_places": {}, "_copied": {}, "_shared": {}}
    for name, nothing in {**empty, "_changed": set(), "_known": set()}.items():
        monkeypatch.setattr(originals, name, nothing)
    monkeypatch.setattr(hand_made, "travelling", set())
