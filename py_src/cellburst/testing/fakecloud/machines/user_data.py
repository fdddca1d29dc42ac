"""User data as cloud-init takes it: a script, several of them in one message, each perhaps compressed."""

from __future__ import annotations

import email
import gzip

_GZIP = b"\x1f\x8b"


def scripts(data: bytes) -> tuple[list[bytes], list[str]]:
    """The scripts in order, and a line for each part that is not understood."""
    if data.startswith(_GZIP):
        data = gzip.decompress(data)
    if data.startswith(b"#!"):
        return [data], []
    if not data.strip():
        return [], []
    if data[:512].lower().lstrip().startswith((b"content-type:", b"mime-version:")):
        return _parts(data)
    kind = data.split(b"\n", 1)[0][:40].decode(errors="replace")
    return [], [f"Unhandled non-multipart (text/x-not-multipart) userdata: {kind!r}..."]


def _parts(data: bytes) -> tuple[list[bytes], list[str]]:
    found: list[bytes] = []
    strange: list[str] = []
    for part in email.message_from_bytes(data).walk():
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        more, unknown = scripts(content) if isinstance(content, bytes) else ([], [])
        found += more
        strange += unknown
    return found, strange
