"""Some points of many: at random, as a Latin hypercube, or as a Sobol sequence."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from math import prod
from typing import Any

from cellburst.errors import SweepError
from cellburst.sweeps.base import Points, Sweep, Test, names_of
from cellburst.sweeps.chosen import Chosen
from cellburst.sweeps.drawn import Drawn, RandomUnits, Ranged, SpreadUnits, Units
from cellburst.sweeps.filtering import MOST, Judge, Keys, chosen
from cellburst.sweeps.options import SAMPLERS
from cellburst.sweeps.permutation import Shuffled, stream
from cellburst.sweeps.tables import product

_COUNTABLE = 1 << 62  # places that are told apart by number
_PATIENCE = 1000  # points tried for each one that is wanted

MakeUnits = Callable[[int, int], Sequence[Units]]
"""The places of so many points (second) on each of so many parts (first)."""


def sample(
    parts: Sequence[Points],
    count: int,
    *,
    sampler: str = "random",
    seed: int = 0,
    when: Mapping[str, Test] | None = None,
    where: Iterable[Test] = (),
    namespace: Mapping[str, Any] | None = None,
) -> Sweep:
    """``count`` points of the product of ``parts``, which may be ranges; the same seed gives the same points.

    No point is there twice unless it is of a range of real numbers. Raises SweepError, also if there are fewer.
    """
    _check(count, sampler)
    where = tuple(where)
    size = prod(len(part) for part in parts)
    countable = all(not isinstance(part, Ranged) or part.values.size is not None for part in parts)
    if countable and count > size:
        raise _too_few(count, size)
    listed = [_listed(part) for part in parts]
    if sampler == "random" and size < _COUNTABLE and not any(isinstance(part, Ranged) for part in listed):
        return _of_grid(listed, count, size, seed, when or {}, where, namespace)
    names = [name for part in parts for name in names_of(part)]
    judge = Judge(names, when or {}, where, namespace)
    make = _makers(sampler, count, seed)
    if not countable and not judge.concerns:
        return Drawn(parts, make(len(parts), count))
    for length in _lengths(count):
        drawn = Drawn(parts, make(len(parts), length))
        found = _walk(drawn, range(length), count, judge)
        if len(found) == count:
            return found
    raise _too_few(count, len(found), tried=length)


def some_of(points: Points, count: int, seed: int) -> Sweep:
    """``count`` of the points of a sweep in random order. Raises SweepError if it has fewer."""
    _check(count, "random")
    if count > len(points):
        raise _too_few(count, len(points))
    return Chosen(points, Shuffled(len(points), count, stream(seed, 0)))


def _of_grid(
    parts: Sequence[Points],
    count: int,
    size: int,
    seed: int,
    when: Mapping[str, Test],
    where: tuple[Test, ...],
    namespace: Mapping[str, Any] | None,
) -> Sweep:
    if not when and not where:
        return some_of(product(parts), count, seed)
    if size <= MOST:
        return some_of(chosen(parts, when=when, where=where, namespace=namespace), count, seed)
    judge = Judge([name for part in parts for name in names_of(part)], when, where, namespace)
    tries = min(size, _PATIENCE * count + MOST // 10)
    found = _walk(product(parts), Shuffled(size, tries, stream(seed, 0)), count, judge)
    if len(found) < count:
        raise _too_few(count, len(found), tried=tries)
    return found


def _walk(points: Points, places: Sequence[int], count: int, judge: Judge) -> Chosen:
    """The first ``count`` points that meet the conditions and were not there before; or fewer."""
    kept, codes = array("Q"), array("H")
    sets: dict[tuple[str, ...], int] = {}
    seen: set[Any] = set()
    keys = Keys()
    for place in places:
        point = points[place]
        absent = judge.absent(point)
        if absent is None:
            continue
        for name in absent:
            del point[name]
        if (key := keys.of(point)) in seen:
            continue
        seen.add(key)
        kept.append(place)
        codes.append(sets.setdefault(absent, len(sets)))
        if len(kept) == count:
            break
    return Chosen(points, kept, tuple(sets), codes if judge.when else ())


def _lengths(count: int) -> Iterator[int]:
    """How many points to try: ever more, as conditions and repetitions take some away."""
    length = count
    while length <= _PATIENCE * count:
        yield length
        length *= 4


def _makers(sampler: str, count: int, seed: int) -> MakeUnits:
    def random(dimensions: int, length: int) -> Sequence[Units]:
        return [RandomUnits(stream(seed, number), length) for number in range(dimensions)]

    def spread(dimensions: int, length: int) -> Sequence[Units]:
        return [SpreadUnits(stream(seed, number), count, length) for number in range(dimensions)]

    def sobol(dimensions: int, length: int) -> Sequence[Units]:
        from cellburst.sweeps.sobol import sequence

        return sequence(dimensions, length, stream(seed, 0))

    makers: dict[str, MakeUnits] = {"random": random, "lhs": spread, "sobol": sobol}
    return makers[sampler]


def _listed(part: Points) -> Points:
    """A range as its values, if they are equally likely."""
    if isinstance(part, Ranged) and part.values.values is not None:
        from cellburst.sweeps.grids import Grid

        return Grid({part.names[0]: part.values.values})
    return part


def _check(count: int, sampler: str) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise SweepError(f"--sample {count!r}: it takes a whole number from 1 on", at="--sample")
    if sampler not in SAMPLERS:
        raise SweepError(f"--sampler {sampler!r}: there are {', '.join(SAMPLERS)}", at="--sampler")


def _too_few(count: int, there_are: int, tried: int = 0) -> SweepError:
    if tried:
        said = f"only {there_are:,} different points that meet the conditions were found among {tried:,}"
        return SweepError(f"--sample {count}: {said}; take fewer, or loosen the conditions", at="--sample")
    points = "is only 1 point" if there_are == 1 else f"are only {there_are:,} points"
    return SweepError(f"--sample {count}: there {points}; leave --sample out for all", at="--sample")


def first(points: Points, most: int) -> list[dict[str, Any]]:
    """The first points of a sweep."""
    return [points[index] for index in islice(range(len(points)), most)]
