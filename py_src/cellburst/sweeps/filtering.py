"""Which points of a sweep there are, once its conditions are known."""

from __future__ import annotations

import pickle
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from math import prod
from typing import Any

from cellburst.errors import SweepError
from cellburst.sweeps.base import Points, Test, names_of
from cellburst.sweeps.chosen import Chosen
from cellburst.sweeps.conditions import AbsentError, Condition, Scope, variables
from cellburst.sweeps.tables import Table, product

MOST = 10_000_000  # points that are looked at one by one

Absent = tuple[str, ...]


class Judge:
    """What the conditions say of one point.

    ``when`` has the condition of each parameter that only some points have; ``where`` are those that every point has
    to meet. A condition that reads a parameter which the point does not have does not concern the point, unless the
    parameter it belongs to depends on that one: then both are absent.
    """

    def __init__(
        self, names: Sequence[str], when: Mapping[str, Test], where: Iterable[Test], namespace: Mapping[str, Any] | None
    ) -> None:
        known = variables(namespace)
        for name in when:
            if name not in names:
                raise SweepError(f"--when {name}: there is no such parameter", at=f"--when {name}")
        made = {name: Condition(test, names, known, f"--when {name}", f"--when {name}") for name, test in when.items()}
        self.when = in_order(made)
        self.where = [Condition(test, names, known, "--where", f"--where {n}") for n, test in enumerate(where)]
        self._scope = Scope(known)

    @property
    def concerns(self) -> frozenset[str]:
        """The parameters that it makes a difference to look at."""
        read = [name for condition in (*self.when.values(), *self.where) for name in condition.reads]
        return frozenset([*self.when, *read])

    def absent(self, point: Mapping[str, Any]) -> Absent | None:
        """The parameters that ``point`` does not have; None if it is no point of the sweep. Raises SweepError."""
        scope = self._scope
        scope.enter(point)
        for name, condition in self.when.items():
            if not _true(condition, scope, if_absent=False):
                scope.lose(name)
        if all(_true(condition, scope, if_absent=True) for condition in self.where):
            return tuple(name for name in self.when if name in scope.absent)
        return None


def chosen(
    parts: Sequence[Points],
    *,
    when: Mapping[str, Test] | None = None,
    where: Iterable[Test] = (),
    namespace: Mapping[str, Any] | None = None,
) -> Chosen:
    """The points of the product of ``parts`` that meet the conditions, in order.

    Only combinations of parts that a condition is about are evaluated. Raises SweepError.
    """
    names = [name for part in parts for name in names_of(part)]
    judge = Judge(names, when or {}, where, namespace)
    count = prod(len(part) for part in parts)
    if count > MOST:
        raise SweepError(f"{count:,} points are too many to try conditions on; take some of them with --sample N")
    marks = _Marks(parts, judge)
    verdicts = marks.block(0)
    places = array("Q" if count >> 32 else "I", compress(range(count), verdicts))
    codes = array("H", (code - 1 for code in compress(verdicts, verdicts))) if judge.when else ()
    if not places:
        raise SweepError(f"none of the {count:,} points meets the conditions, so there is nothing to run")
    return Chosen(product(parts), places, tuple(marks.sets), codes)


class _Marks:
    """A mark for each point: 0 if it is left out, else 1 and the number of the set of parameters it lacks."""

    def __init__(self, parts: Sequence[Points], judge: Judge) -> None:
        self.sets: dict[Absent, int] = {}
        self._whole = parts
        self._parts = [_narrowed(part, judge.concerns) for part in parts]
        self._judge = judge
        self._names = [names_of(part) for part in parts]
        self._looked_at = [not judge.concerns.isdisjoint(names) for names in self._names]
        self._point: dict[str, Any] = {}
        self._places = [0] * len(parts)
        self._firsts: dict[tuple[int, Absent], list[int]] = {}

    def block(self, depth: int) -> array[int]:
        """The marks of all points that begin as the present one does."""
        if depth == len(self._parts):
            return array("H", [self._mark()])
        part = self._parts[depth]
        if not self._looked_at[depth]:
            return self.block(depth + 1) * len(part)
        found = array("H")
        for place in range(len(part)):
            self._places[depth] = place
            self._point.update(part[place])
            found.extend(self.block(depth + 1))
        return found

    def _mark(self) -> int:
        absent = self._judge.absent(self._point)
        if absent is None or (absent and not all(self._is_first(depth, absent) for depth in range(len(self._parts)))):
            return 0
        return 1 + self.sets.setdefault(absent, len(self.sets))

    def _is_first(self, depth: int, absent: Absent) -> bool:
        """Whether no earlier place of that part is equal in all that the point has: equal points count once."""
        names = self._names[depth]
        lost = tuple(name for name in names if name in absent)
        if not lost:
            return True
        if len(lost) == len(names):
            return self._places[depth] == 0
        if (firsts := self._firsts.get((depth, lost))) is None:
            firsts = self._firsts[depth, lost] = _firsts(self._whole[depth], lost)
        return firsts[self._places[depth]] == self._places[depth]


def _narrowed(part: Points, names: frozenset[str]) -> Points:
    """A table with those columns alone that are looked at."""
    if type(part) is Table and not names.isdisjoint(part.columns) and not names.issuperset(part.columns):
        return Table({name: values for name, values in part.columns.items() if name in names})
    return part


def _firsts(part: Points, lost: Absent) -> list[int]:
    """For each place the first that is equal to it but for the names in ``lost``."""
    seen: dict[Any, int] = {}
    keys = Keys()
    return [
        seen.setdefault(keys.of({name: value for name, value in part[place].items() if name not in lost}), place)
        for place in range(len(part))
    ]


class Keys:
    """What equal points have in common. Values that have no hash go by their pickle, made once for each object."""

    def __init__(self) -> None:
        self._pickles: dict[int, tuple[Any, bytes | int]] = {}  # with the object, so that no other gets its id

    def of(self, point: Mapping[str, Any]) -> Any:
        """A key for ``point``."""
        return tuple((name, type(value), self._hashable(value)) for name, value in point.items())

    def _hashable(self, value: Any) -> Any:
        try:
            hash(value)
        except TypeError:
            if (found := self._pickles.get(id(value))) is None:
                found = self._pickles[id(value)] = value, _pickle_of(value)
            return found[1]
        return value


def _pickle_of(value: Any) -> bytes | int:
    try:
        return pickle.dumps(value, 5)
    except Exception:  # whatever a class of the user's raises: it is equal to itself alone
        return id(value)


def in_order(conditions: Mapping[str, Condition]) -> dict[str, Condition]:
    """Conditions after those of the parameters that they read. Raises SweepError for those that go round."""
    found: dict[str, Condition] = {}
    left = dict(conditions)
    while left:
        ready = [name for name, condition in left.items() if not any(read in left for read in condition.reads)]
        if not ready:
            name = next(iter(left))
            said = f"--when {name}: its condition depends on {name} itself"
            if len(left) > 1:
                said = f"--when {name}: the conditions of {', '.join(left)} depend on each other"
            raise SweepError(said, at=f"--when {name}")
        found.update((name, left.pop(name)) for name in ready)
    return found


def _true(condition: Condition, scope: Scope, *, if_absent: bool) -> bool:
    try:
        return condition.holds(scope)
    except AbsentError:
        return if_absent
