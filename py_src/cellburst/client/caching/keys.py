"""The keys under which the results of a run's tasks are kept."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from typing import Any

from msgspec.structs import replace

from cellburst.abc import BlobStore
from cellburst.client.caching.code import TASK
from cellburst.client.caching.environment import environment_digest
from cellburst.client.caching.modules import Reached, may_use_task, reached_from
from cellburst.client.caching.objects import Seen, object_digest
from cellburst.client.caching.params import ParamDigests, point_digests, point_key, task_keys
from cellburst.errors import UsageError
from cellburst.model.payload import KeyOrigin
from cellburst.model.run import Run
from cellburst.model.sweep import KEY, SweepView
from cellburst.payload.namespaces import Namespace
from cellburst.payload.pickling import store
from cellburst.settings import Settings

_CELL_TEXTS, _ARGUMENTS, _LAUNCHER = "cell sources", "arguments", "ipykernel_launcher.py"


@dataclass(frozen=True)
class Ingredients:
    """What makes the results of a run, besides its parameters.

    ``code`` is a digest; ``objects`` are pickled with ``namespace`` as in ``pack``. ``modules`` are names that the code
    imports. ``placed`` says that a task may see which number it has.
    """

    code: bytes
    objects: Any
    states: Mapping[str, object]
    namespace: Namespace | None
    modules: Iterable[str] = ()
    placed: bool = False
    seen: Seen = field(default_factory=Seen)


def check(view: SweepView, collect: str) -> None:
    """Raises UsageError for a run whose results cannot be taken over from others."""
    if collect == "namespace":
        raise UsageError(
            "--cache: a plain cell may change any variable of the notebook, so its result is no other run's; "
            "with -p, --over or --parallel 1 a cell gives a value, which is kept"
        )
    if view.kind not in ("single", "copies", "grid", "table"):
        raise UsageError(
            f"--cache: the points of a {view.kind} are not known before it runs; leave one of them out. "
            "`%remote continue RUN` goes on with an earlier one and computes none of its tasks again"
        )


def with_keys(run: Run, made_of: Ingredients, sweep: Any, blobs: BlobStore, settings: Settings) -> tuple[Run, bytes]:
    """The run whose results are kept, and the keys of its tasks.

    Equal parameters have equal seeds in it, wherever they stand.
    Raises UnpicklableError, DiskFullError, StoreError.
    """
    run = replace(run, payload=replace(run.payload, seeding="params"))
    seen = made_of.seen
    slow = partial(_digest, made_of.namespace, seen)
    points = point_digests(sweep, run.count, ParamDigests(slow))
    objects = slow(made_of.objects)
    states = [(name, slow(value)) for name, value in sorted(_telling(made_of.states).items())]
    modules = {*made_of.modules, *seen.modules}
    reached = reached_from(modules)
    own = _own(run, states, (made_of.code, objects))
    base = _base(own, reached)
    placed = made_of.placed or TASK in seen.names or may_use_task(reached.tops)
    keys = task_keys(base, points, numbered=run.sweep.kind == "copies", placed=placed)
    origin = None if placed else KeyOrigin(own, base, tuple(sorted(modules)))
    return replace(run, payload=replace(run.payload, keys=store([keys], [], blobs, settings), keyed=origin)), keys


def added_keys(run: Run, points: Sequence[Mapping[str, Any]], count: int, namespace: Namespace | None) -> bytes:
    """The keys of ``count`` tasks that are added to the run, with these parameters or none: those that they would have
    had from the start. Nothing if that cannot be told, as when a module has changed since."""
    origin = run.payload.keyed
    if origin is None:
        return b""
    seen = Seen()
    digests = ParamDigests(partial(_digest, namespace, seen))
    made = [point_key(point, digests) for point in points] or [b""] * count
    reached = reached_from({*origin.modules, *seen.modules})
    if TASK in seen.names or may_use_task(reached.tops) or _base(origin.own, reached) != origin.base:
        return b""
    return task_keys(origin.base, made, numbered=run.sweep.kind == "copies", placed=False, start=run.count)


def _digest(namespace: Namespace | None, seen: Seen, value: object) -> bytes:
    try:
        return object_digest(value, namespace, seen)
    except Exception:  # it travels, but it cannot be told whether it is the same: it never is
        return secrets.token_bytes(KEY)


def _base(own: bytes, reached: Reached) -> bytes:
    return blake2b(own + reached.digest + environment_digest(), digest_size=KEY).digest()


def _own(run: Run, states: list[tuple[str, bytes]], digests: tuple[bytes, ...]) -> bytes:
    payload = run.payload
    facts = (
        *(run.target, payload.kind, payload.collect, payload.out, payload.positional, payload.objective, payload.cwd),
        *(sorted(payload.env.items()), sorted(payload.unset), run.options.seed, states),
    )
    made = blake2b(repr(facts).encode(errors="surrogateescape"), digest_size=KEY)
    for part in digests:
        made.update(part)
    return made.digest()


def _telling(states: Mapping[str, object]) -> dict[str, object]:
    """The states by which results may differ: not the texts of cells, nor which connection file a kernel was given."""
    found = {name: value for name, value in states.items() if name != _CELL_TEXTS}
    arguments = found.get(_ARGUMENTS)
    if isinstance(arguments, list) and len(arguments) > 1 and str(arguments[0]).endswith(_LAUNCHER):
        own = [place + 1 for place, word in enumerate(arguments) if word == "-f"]
        found[_ARGUMENTS] = [word for place, word in enumerate(arguments) if place not in own]
    return found
