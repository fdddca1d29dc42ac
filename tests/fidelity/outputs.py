"""What a cell published, as places with a text each."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tests.fidelity.record import Output, Record
from tests.fidelity.screen import normalised

_STREAMS = ("stdout", "stderr")
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_SCRIPT = re.compile(r"(?:%%remote\b.*\n)?%%(?:bash|sh|script|perl|python[23]?|pypy|ruby)\b")
_FIRST = re.compile(r"(?m)^(\s*(?:-+>)?\s*\d+ )(?:# plain|(?:# )?%%remote\b.*)$")
_HEAD = re.compile(r"(?m)^(?=Cell In\[|File |[A-Za-z_][\w.]*: )")  # a frame, or what was raised


def places(record: Record) -> dict[str, str]:
    """Every place of a record's outputs: the streams, each display by kind of data, the error, the order, the reply."""
    ordered = _ordered(record)
    found: dict[str, str] = {"order": ", ".join(output.kind for output in ordered)}
    for name in _STREAMS:
        found[name] = "".join(output.text for output in record.outputs if output.kind == name)
    found["split"] = " | ".join(
        f"{output.kind} {len(normalised(output.text))}" if output.kind in _STREAMS else output.kind
        for output in ordered
    )
    for number, output in numbered(record.outputs):
        found.update(_of_output(number, output))
    found["reply"] = f"{record.reply.get('status')} {record.reply.get('execution_count')}"
    found["reply payload"] = json.dumps(record.reply.get("payload", []), sort_keys=True)
    if record.lost:
        found["kernel"] = record.lost
    return found


def _ordered(record: Record) -> list[Output]:
    """Without the two streams of a script: they are pipes, each read when something is in it."""
    is_script = _SCRIPT.match(record.source) is not None
    return [output for output in record.outputs if not (is_script and output.kind in _STREAMS)]


def numbered(outputs: Sequence[Output]) -> Iterator[tuple[int, Output]]:
    """What is no stream, with its number among those of its kind."""
    seen: Counter[str] = Counter()
    for output in outputs:
        if output.kind not in _STREAMS:
            seen[output.kind] += 1
            yield seen[output.kind], output


def _of_output(number: int, output: Output) -> Iterator[tuple[str, str]]:
    where = f"{output.kind} {number}"
    if output.kind == "error":
        yield from _of_error(output)
        return
    for name, value in output.content.items():
        if name != "data" or not isinstance(value, dict):
            yield f"{where} {name}", json.dumps(value, sort_keys=True)
            continue
        yield f"{where} kinds", ", ".join(value)
        for kind, data in value.items():
            yield f"{where} {kind}", _data(kind, data)


def _data(kind: str, data: Any) -> str:
    if kind in {"image/png", "image/jpeg"}:
        return pixels(data)
    return data if isinstance(data, str) else json.dumps(data, sort_keys=True)


def pixels(data: str) -> str:
    """Size and digest of a picture's pixels, whatever else its file says."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
            plain = picture.convert("RGBA")
    except (OSError, ValueError, binascii.Error) as error:
        return f"no picture: {error}; {hashlib.sha1(str(data).encode(), usedforsecurity=False).hexdigest()[:16]}"
    digest = hashlib.sha1(plain.tobytes(), usedforsecurity=False).hexdigest()[:16]
    return f"{plain.width} x {plain.height} {picture.mode} pixels, {digest}"


def _of_error(output: Output) -> Iterator[tuple[str, str]]:
    content = output.content
    yield "error type", content["ename"]
    yield "error message", content["evalue"]
    text = _FIRST.sub(r"\1(the first line)", _COLOUR.sub("", "\n".join(content["traceback"])))
    frames = [part for part in _HEAD.split(text) if part.strip()]
    own = [part for part in frames if not part.startswith("File ")]
    yield "error traceback", "".join(own)
    yield "error library frames", "".join(part for part in frames if part.startswith("File "))


def shifted(text: str) -> str:
    """A traceback of a cell with a line on top, as if it had none: that line left out, the numbers one lower."""
    lines = []
    for line in text.split("\n"):
        if line.endswith(" (the first line)"):
            continue
        line = re.sub(r"(Cell In\[\d+\], line )(\d+)", lambda m: f"{m[1]}{int(m[2]) - 1}", line)
        line = re.sub(r"^(-*> ?|\s+)(\d+)( |$)", lambda m: f"{m[1]}{int(m[2]) - 1}{m[3]}", line)
        lines.append(line)
    return single_spaced("\n".join(lines))


def single_spaced(text: str) -> str:
    """The text with one space for several: how far numbers are set in depends on the largest."""
    return re.sub(r" +", " ", text)


def pictures(outputs: Sequence[Output]) -> dict[str, str]:
    """The PNG data of each place that has one, as a notebook holds it."""
    return {
        f"{output.kind} {number} image/png": output.content["data"]["image/png"]
        for number, output in numbered(outputs)
        if isinstance(output.content.get("data"), dict) and "image/png" in output.content["data"]
    }
