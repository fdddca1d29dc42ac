"""The output of a task as plain text."""

from __future__ import annotations

import xxhash

from cellburst.client.collecting.logs import log_text
from cellburst.server.outputs import last_attempt
from cellburst.server.replies import Download, text_download
from cellburst.server.service import Service


def log(service: Service, run: str, index: int) -> Download:
    """What a terminal would have shown, escape sequences included. Raises UnknownRunError, StoreError."""
    with service.stores.holding(run) as (_, reader):
        _, records = last_attempt(reader, run, index)
    data = log_text(records).encode(errors="replace")
    return text_download(f"{run}-task{index}.txt", data, xxhash.xxh3_128_hexdigest(data))
