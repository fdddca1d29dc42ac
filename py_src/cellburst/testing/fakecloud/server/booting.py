"""What a machine is booted with."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Any

from cellburst.testing.fakecloud.facts import Options
from cellburst.testing.fakecloud.machines.orders import Boot
from cellburst.testing.fakecloud.server import images, internet
from cellburst.testing.fakecloud.server.record import Record


def prepared(record: Record, options: Options, folder: Path, port: int, metadata: str) -> Boot:
    """A folder with its user data, and the order to boot it. ``port`` is the endpoint's, ``metadata`` where its
    metadata service is for plain processes; "" for an isolated machine."""
    (folder / "root").mkdir(parents=True, exist_ok=True)
    if not record.booted:
        (folder / "user-data").write_bytes(user_data(record.model))
    environment = images.environment(record.kind, f"http://127.0.0.1:{port}")
    if metadata:
        environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = metadata
        (folder / "power").unlink(missing_ok=True)
    elif options.internet:
        environment.update(internet.variables())
    return Boot(
        record.id,
        str(folder),
        str(record.model.private_ip),
        port,
        not metadata,
        environment,
        memory=record.kind.memory,
        cpus=record.kind.cpus,
        hidden=options.hidden,
        programs=images.programs(record.kind, str(folder), not metadata),
        proxy=internet.PORT if options.internet else 0,
    )


def user_data(model: Any) -> bytes:
    """The raw bytes of an instance's user data."""
    given = getattr(model.user_data, "_encoded_string", model.user_data) or b""
    data = given.encode() if isinstance(given, str) else bytes(given)
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error:
        return data
