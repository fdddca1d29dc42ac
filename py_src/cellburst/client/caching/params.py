"""Digests of parameters, many times a second: equal values of the same type have the same, others have another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import product
from typing import Any

from cellburst.sweeps.grids import Grid

_QUICK: dict[type, str] = {int: "i", float: "f", str: "s", bool: "b", type(None): "n", bytes: "y"}
_MOST = 100_000  # values that are remembered
Digest = Callable[[object], bytes]


class ParamDigests:
    """``slow`` digests what is no plain scalar; each object is asked for once while it is remembered."""

    def __init__(self, slow: Digest) -> None:
        self._slow = slow
        self._known: dict[int, tuple[object, bytes]] = {}

    def of(self, params: Mapping[str, Any]) -> bytes:
        """Of named values; their order makes no difference."""
        return b"".join([f"{name}=".encode() + self.of_value(value) + b";" for name, value in sorted(params.items())])

    def of_value(self, value: Any) -> bytes:
        """The type and the value, with its length in front."""
        letter = _QUICK.get(type(value))
        plain = b"" if letter is None else f"{letter}{value!r}".encode(errors="surrogatepass")
        text = plain or b"o" + self._of_object(value)
        return b"%d:%b" % (len(text), text)

    def _of_object(self, value: object) -> bytes:
        found = self._known.get(id(value))
        if found is None:
            found = value, self._slow(value)  # kept, so that nobody else gets its id
            if len(self._known) < _MOST:
                self._known[id(value)] = found
        return found[1]


def point_digests(sweep: Any, count: int, digests: ParamDigests) -> list[bytes]:
    """16 bytes for the parameters of each task, empty ones without a sweep."""
    if sweep is None:
        return [b""] * count
    described = (
        _of_grid(sweep, digests) if isinstance(sweep, Grid) else map(digests.of, map(sweep.__getitem__, range(count)))
    )
    return [blake2b(params, digest_size=16).digest() for params in described]


def task_keys(base: bytes, points: Sequence[bytes], *, numbered: bool, placed: bool, start: int = 0) -> bytes:
    """16 bytes for each task, numbered from ``start`` on. If ``numbered``, equal parameters in another place have
    another key; if ``placed``, also in a run of another size."""
    begun = blake2b(base, digest_size=16)
    made = []
    for index, point in enumerate(points, start):
        one = begun.copy()
        one.update(point)
        if placed:
            one.update(b"#%d/%d" % (index, len(points)))
        elif numbered:
            one.update(b"#%d" % index)
        made.append(one.digest())
    return b"".join(made)


def _of_grid(grid: Grid, digests: ParamDigests) -> Iterator[bytes]:
    """The same bytes as ``digests.of`` for each point, with each value digested once."""
    names = list(grid.axes)
    order = sorted(range(len(names)), key=names.__getitem__)
    axes = [[f"{name}=".encode() + digests.of_value(value) + b";" for value in grid.axes[name]] for name in names]
    return (b"".join([parts[place] for place in order]) for parts in product(*axes))


def point_key(params: Mapping[str, Any], digests: ParamDigests) -> bytes:
    """16 bytes that tell a point from others."""
    return blake2b(digests.of(params), digest_size=16).digest()
