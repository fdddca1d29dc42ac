"""Objects to `Packed` and back."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from cellburst.abc import BlobStore
from cellburst.errors import PayloadError, UnpicklableError
from cellburst.model.blob import Packed
from cellburst.payload import diagnose, orders, rebuild
from cellburst.payload.begun import Begun
from cellburst.payload.depth import deeper
from cellburst.payload.namespaces import Namespace, filling
from cellburst.payload.pickler import NotebookPickler, References, ReferringPickler, ScopePickler, holds_scopes
from cellburst.payload.plans import Plan
from cellburst.settings import Settings

_ATOMS = frozenset({int, float, bool, str, bytes, complex, type(None)})
_FEW = 32  # members of a container that are looked at before the full pickler is the quicker way
_SHORT = 4096
MakePickler = Callable[..., NotebookPickler]  # (write, take_buffer, small=, plan=)


def pack(
    obj: object,
    blobs: BlobStore,
    settings: Settings,
    *,
    namespace: Namespace | None = None,
    known: Mapping[int, str] | None = None,
    name: str = "the value",
    begun: Begun | None = None,
) -> Packed:
    """Pickle an object; large buffers and a large stream go to ``blobs``.

    Functions and classes whose globals are ``namespace`` leave them behind and get those of the other
    side; without a namespace they carry what they use, and work anywhere. An object whose ``id`` is in
    ``known`` is not sent but named. ``name`` is what a refusal calls the object; the entries of a dict
    of names are called by their own. ``begun`` may have parts of it already.

    Raises UnpicklableError with the path to what cannot travel and the reason; DiskFullError, StoreError.
    """
    if known is None and is_plain(obj):
        body = pickle.dumps(obj, 5)
        return Packed(body) if len(body) <= settings.inline_bytes else store([body], [], blobs, settings)
    try:
        chunks, buffers = dump(
            obj,
            settings.buffer_bytes,
            namespace=namespace,
            references=known,
            numbered=namespace is not None,
            arranged=True,
            begun=begun,
        )
    except (Exception, SystemExit, GeneratorExit) as error:
        raise UnpicklableError(diagnose.refusal(obj, name, error, namespace=namespace)) from error
    return store(chunks, buffers, blobs, settings)


def unpack(
    packed: Packed,
    blobs: BlobStore,
    *,
    namespace: Namespace | None = None,
    known: Mapping[str, object] | None = None,
    name: str = "the value",
) -> Any:
    """Rebuild an object; its arrays are writable and share the blobs' memory until they are written to.

    Functions get ``namespace`` (or that of `__main__`) as globals. ``known`` has the objects that
    ``pack`` only named.

    Raises PayloadError that names what cannot be rebuilt and says why; DamagedBlobError.
    """
    body, buffers = fetch(packed, blobs)
    try:
        with filling(namespace):
            quick = known is None and type(body) is bytes and _NAMED not in body
            return pickle.loads(body, buffers=buffers) if quick else load(body, buffers, known or {})
    except (Exception, SystemExit, GeneratorExit) as error:
        raise PayloadError(rebuild.reason(error, body, buffers, name, namespace, known)) from error


_NAMED = rebuild.BUILTINS[0].encode()  # what is in each pickle that names something although nothing is `known`


def dump(
    obj: object,
    buffer_bytes: int,
    *,
    namespace: Namespace | None = None,
    references: References | None = None,
    make: MakePickler | None = None,
    numbered: bool = False,
    arranged: bool = False,
    begun: Begun | None = None,
) -> tuple[list[Any], list[memoryview]]:
    """The chunks of the stream, and the buffers of at least ``buffer_bytes`` bytes that are not in it.

    Where arrays prove to share memory or weak references occur, everything is pickled a second time, by a plan; so
    it is where there are sets whose members the other side should know by number (``numbered``) or whose order would
    be another there (``arranged``). ``make`` makes another pickler than that for ``namespace`` and ``references``.
    ``begun`` may be the first time.
    """
    if make is None:
        make = partial(ScopePickler if holds_scopes(obj) else NotebookPickler, namespace=namespace)
        if references is not None:
            make = partial(ReferringPickler, namespace=namespace, references=references)
    first = None if begun is None or references is not None else begun.complete(obj)
    pickler, chunks, buffers = first or _dump(obj, buffer_bytes, make, None)
    plan = pickler.next_plan()
    sets = orders.sets_in(pickler.memo.copy, chunks) if numbered or arranged else []
    recipes = orders.to_arrange(sets) if sets and arranged else []
    frozen = orders.to_freeze(sets) if sets and arranged else []
    sets = orders.numbered(sets) if sets and numbered else []
    if plan is not None or sets or recipes or frozen:
        sent = orders.Ordered(obj, sets, recipes, frozen) if sets or recipes or frozen else obj
        _, chunks, buffers = _dump(sent, buffer_bytes, make, plan or Plan())
    return chunks, buffers


def _dump(
    obj: object, buffer_bytes: int, make: MakePickler, plan: Plan | None
) -> tuple[NotebookPickler, list[Any], list[memoryview]]:
    chunks: list[Any] = []
    buffers: list[memoryview] = []

    def keep_in_stream(buffer: pickle.PickleBuffer) -> bool:
        view = buffer.raw()
        if view.nbytes < buffer_bytes:
            return True
        buffers.append(view)
        return False

    pickler = make(chunks.append, keep_in_stream, small=buffer_bytes, plan=plan)
    if type(obj) is orders.Ordered:
        obj.begin(pickler)
    with deeper():
        pickler.dump(obj)
    return pickler, chunks, buffers


def store(chunks: list[Any], buffers: list[memoryview], blobs: BlobStore, settings: Settings) -> Packed:
    """What ``dump`` gave, with its large parts in blobs. Raises DiskFullError, StoreError."""
    refs = tuple(map(blobs.put, buffers))
    body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    if len(body) <= settings.inline_bytes:
        return Packed(body=body, buffers=refs)
    return Packed(body_blob=blobs.put(body), buffers=refs)


def fetch(packed: Packed, blobs: BlobStore) -> tuple[bytes | memoryview, list[memoryview]]:
    """The stream and the buffers. Raises DamagedBlobError."""
    if packed.body_blob is None and not packed.buffers:
        return packed.body, []
    body = packed.body if packed.body_blob is None else blobs.read(packed.body_blob)
    return body, [blobs.read(ref) for ref in packed.buffers]


def load(body: bytes | memoryview, buffers: list[memoryview], known: Mapping[Any, object]) -> Any:
    """Unpickle, with the objects of ``known`` where they are named. Raises what the pickle raises."""
    return _ReferringUnpickler(body, buffers, known).load()


class _ReferringUnpickler(pickle.Unpickler):
    """Puts the objects of ``known`` where they were named."""

    def __init__(self, body: bytes | memoryview, buffers: list[memoryview], known: Mapping[Any, object]) -> None:
        super().__init__(io.BytesIO(body), buffers=buffers)
        self._known = known

    def persistent_load(self, pid: Any) -> object:
        return rebuild.referred(self._known, pid)


def is_plain(obj: object) -> bool:
    """Whether pickle's own quick way is enough: a scalar, or a small flat container of scalars."""
    kind = type(obj)
    if kind in _ATOMS:
        return True
    if kind is dict:
        members = (*obj, *obj.values()) if len(obj) <= _FEW else None  # type: ignore[misc, attr-defined, arg-type]
    elif kind in (list, tuple):  # a set may have to be arranged
        members = obj if len(obj) <= _FEW else None  # type: ignore[assignment, arg-type]
    else:
        return False
    return members is not None and all(type(member) in _ATOMS for member in members)
