"""Records as kernels give them, made by hand."""

from __future__ import annotations

import base64
import io
from typing import Any

from PIL import Image

from tests.fidelity.compare import compare
from tests.fidelity.messages import Mailbox, coalesced
from tests.fidelity.record import Output, Record


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return _message("stream", {"name": name, "text": text})


def shown(data: dict[str, Any], display_id: str = "", kind: str = "display_data") -> dict[str, Any]:
    transient = {"display_id": display_id} if display_id else {}
    return _message(kind, {"data": data, "metadata": {}, "transient": transient})


def failed(ename: str, evalue: str, *frames: str) -> dict[str, Any]:
    return _message("error", {"ename": ename, "evalue": evalue, "traceback": [*frames, f"{ename}: {evalue}"]})


def _message(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"msg_type": kind, "parent_header": {"msg_id": "cell"}, "content": content}


def published(*messages: dict[str, Any]) -> list[Output]:
    """What a cell published, as the harness keeps it."""
    mailbox = Mailbox()
    for message in messages:
        mailbox.put(message)
    return coalesced(mailbox.outputs("cell"))


def record(*messages: dict[str, Any], source: str = "# plain\nx", **others: Any) -> Record:
    reply = {"status": "error" if any(m["msg_type"] == "error" for m in messages) else "ok", "execution_count": 1}
    return Record(source, published(*messages), reply, **others)


def png(*changed: tuple[int, int], level: int = 6) -> str:
    """A small white picture with black points, packed with more or less effort."""
    picture = Image.new("RGB", (16, 16), "white")
    for place in changed:
        picture.putpixel(place, (0, 0, 0))
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=level)
    return base64.b64encode(file.getvalue()).decode()


def places(plain: Record, remote: Record, again: Record | None = None) -> set[str]:
    """The places at which a remote record differs."""
    found = compare(plain, (plain if again is None else again,), remote)
    return {f"{item.group}: {item.place}" for item in found.differences}
