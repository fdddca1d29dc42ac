"""What several commands print in the same way."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from cellburst import wiring
from cellburst.paths import Folders
from cellburst.settings import Settings


def print_json(found: Any) -> None:
    """``found`` (structs, dataclasses, plain data) as indented JSON."""
    text = msgspec.json.encode(found, enc_hook=str)
    click.echo(msgspec.json.format(text, indent=2).decode())


def disk_use() -> int:
    """Bytes of all that is kept for this user; the blob folder is common to all stores."""
    total, blobs = 0, 0
    for reader in wiring.readers(Folders.of(Settings.load())):
        used = reader.disk_use()
        reader.close()
        blobs = max(blobs, used.pop("blobs", 0))
        total += sum(used.values())
    return total + blobs
