"""The other process of a round trip: executes a cell on what it is sent, and returns what became of it.

Frames on stdin and stdout are a length and pickled plain data: ``(kind, packed, source)`` in, ``(packed, error)`` out.
"""

from __future__ import annotations

import ast
import pickle
import struct
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

import msgspec

from cellburst.model.blob import Packed
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.delta import pack_delta
from cellburst.payload.pickling import pack, unpack
from cellburst.payload.snapshot import Snapshot
from cellburst.settings import Settings


def write_frame(stream: BinaryIO, data: Any) -> None:
    body = pickle.dumps(data)
    stream.write(struct.pack("<I", len(body)) + body)
    stream.flush()


def read_frame(stream: BinaryIO) -> Any:
    header = stream.read(4)
    if len(header) < 4:
        raise EOFError
    return pickle.loads(stream.read(*struct.unpack("<I", header)))


def to_bytes(packed: Packed) -> bytes:
    return msgspec.msgpack.encode(packed)


def from_bytes(data: bytes) -> Packed:
    return msgspec.msgpack.decode(data, type=Packed)


def run_cell(
    source: str, namespace: dict[str, Any], after_each: Callable[[], object] = lambda: None
) -> tuple[Any, bool]:
    """Execute a cell; its last expression's value, and whether it has one. ``after_each``: statement."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    for statement in tree.body:
        exec(compile(ast.Module([statement], []), "<cell>", "exec"), namespace)
        after_each()
    if last is None:
        return None, False
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), namespace), True  # type: ignore[attr-defined]


def serve(folder: Path, incoming: BinaryIO, outgoing: BinaryIO) -> None:
    blobs, settings = BlobFolder(folder), Settings()
    while True:
        try:
            kind, data, source = read_frame(incoming)
        except EOFError:
            return
        sys.modules["__main__"] = module = ModuleType("__main__")
        namespace = module.__dict__
        try:
            namespace.update(unpack(from_bytes(data), blobs, namespace=namespace))
            before = Snapshot.take(namespace, blobs)
            after_each = (lambda: None) if before.loosened is None else before.loosened.sweep
            value, has_value = run_cell(source, namespace, after_each)
            if kind == "delta":
                packed = pack_delta(before, namespace, value, has_value, blobs, settings)
            else:
                packed = pack(value, blobs, settings)
            write_frame(outgoing, (to_bytes(packed), ""))
        except Exception:
            write_frame(outgoing, (b"", traceback.format_exc()))


if __name__ == "__main__":
    replies = sys.stdout.buffer
    sys.stdout = sys.stderr
    serve(Path(sys.argv[1]), sys.stdin.buffer, replies)
