"""Compares what the remote kernel did with a cell with what both plain ones did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.fidelity import outputs
from tests.fidelity.record import Record
from tests.fidelity.screen import Screen, screen

# of a library that is not loaded: not there until it is, and then different every time
_BORN_RANDOM = frozenset({"numpy.random", "torch.random"})
GROUPS = ("outputs", "names", "states", "files")


@dataclass(frozen=True)
class Difference:
    """One place that is not as in the plain kernels; None: the place is not there."""

    group: str
    place: str
    plain: str | None
    remote: str | None

    @property
    def key(self) -> tuple[str, str]:
        return self.group, self.place


@dataclass(frozen=True)
class Comparison:
    """``unstable`` are the places that were not compared, ``places`` counts those that were."""

    differences: tuple[Difference, ...]
    places: int
    unstable: tuple[str, ...]


def compare(plain: Record, again: Sequence[Record], remote: Record) -> Comparison:
    """Every difference between a cell's records, screened by the further plain ones."""
    found: list[Difference] = []
    unstable: list[str] = []
    count = 0
    for group in GROUPS:
        far = _places(group, remote)
        agreed = screen(_places(group, plain), *(_places(group, record) for record in again))
        found += _differences(group, agreed, far, magic=plain.source.lstrip().startswith("%%"))
        count += len(agreed.expected)
        unstable += [f"{group}: {place}" for place in sorted(agreed.unstable)]
    return Comparison(tuple(sorted(_without_echoes(found), key=_order)), count, tuple(unstable))


def _places(group: str, record: Record) -> Mapping[str, str]:
    if group == "outputs":
        return outputs.places(record)
    found: Mapping[str, str] = getattr(record, group)
    return found


def _differences(group: str, agreed: Screen, far: Mapping[str, str], *, magic: bool) -> Iterator[Difference]:
    for place, expected in agreed.expected.items():
        text = far.get(place)
        got = None if text is None else agreed.forms[place](text)
        if got == expected:
            continue
        if magic and place == "error traceback" and got and expected and _same_shifted(got, expected):
            continue
        yield Difference(group, place, expected, got)
    for place, text in far.items():
        if place not in agreed.expected and not agreed.hidden(place) and place not in _BORN_RANDOM:
            yield Difference(group, place, None, text)


def _same_shifted(remote: str, plain: str) -> bool:
    return outputs.shifted(remote) == outputs.single_spaced(plain)


def _without_echoes(found: list[Difference]) -> list[Difference]:
    """Leave out what another difference says already: where streams are cut, if their texts or order differ."""
    keys = {difference.key for difference in found}
    said = any(("outputs", place) in keys for place in ("order", "stdout", "stderr"))
    return [difference for difference in found if not (said and difference.place == "split")]


def _order(difference: Difference) -> tuple[int, str]:
    """Groups as they are; names side by side with what they hold."""
    group = GROUPS.index(difference.group)
    return group, difference.place if difference.group == "names" else ""
