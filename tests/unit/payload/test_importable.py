"""Modules go by their name, whatever class they have."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from cellburst.payload import pickling
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.importable import is_importable
from cellburst.settings import Settings


class Lazy(ModuleType):
    pass


def test_a_module_of_another_class_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json, "__class__", Lazy)
    blobs = BlobFolder(tmp_path)
    packed = pickling.pack({"json": json}, blobs, Settings(), namespace={})
    assert pickling.unpack(packed, blobs, namespace={})["json"] is json


def test_what_an_import_gives_is_told_at_a_glance() -> None:
    assert is_importable(json.dumps)
    assert is_importable(json.JSONDecoder)
    assert not is_importable(json.JSONDecoder.decode)
    assert not is_importable(lambda: None)
