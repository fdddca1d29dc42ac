"""What the options of a sweep say, as parts whose combinations are its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cellburst.errors import SweepError
from cellburst.sweeps import columns, values
from cellburst.sweeps.base import Points, names_of
from cellburst.sweeps.batches import Batches
from cellburst.sweeps.drawn import Ranged
from cellburst.sweeps.grids import Grid
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.ranges import Range
from cellburst.sweeps.tables import Table, Tuples


def parts_of(options: SweepOptions) -> list[Points]:
    """The parts, slowest first: rows, parameters, inputs, constants. Raises SweepError, also for names bound twice."""
    owners: dict[str, str] = {}
    found: list[Points] = []
    for option, part in (
        *(("--over", part) for part in _rows(options)),
        *(("-p", part) for part in _params(options)),
        *(("--each", part) for part in _each(options)),
        *(("--const", part) for part in _constants(options.const)),
    ):
        for name in names_of(part):
            if name in owners:
                said = f"{name}: bound by {owners[name]} and by {option}; leave one of them out"
                raise SweepError(said, at=f"{option} {name}")
            owners[name] = option
        found.append(part)
    return found


def axes_of(params: Mapping[Any, Any], *, zipped: bool = False) -> list[Points]:
    """The parts of ``-p``: one for each parameter, or one for all that advance together."""
    given = values.by_names(params, "-p")
    if zipped:
        return [_zipped(given)] if given else []
    found: list[Points] = []
    for names, value in given.items():
        if isinstance(value, Range):
            if len(names) > 1:
                raise SweepError(f"-p {','.join(names)}: {value!r} is for one parameter", at=f"-p {','.join(names)}")
            found.append(Ranged(names[0], value))
        elif len(names) == 1:
            found.append(Grid({names[0]: values.of_names(names, value)}))
        else:
            found.append(Tuples(names, values.of_names(names, value)))
    return found


def _zipped(given: Mapping[tuple[str, ...], Any]) -> Table:
    columns: dict[str, Any] = {}
    lengths: dict[str, int] = {}
    for names, value in given.items():
        rows = values.of_names(names, value)
        lengths[",".join(names)] = len(rows)
        for place, name in enumerate(names):
            columns[name] = rows if len(names) == 1 else [rows[number][place] for number in range(len(rows))]
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise SweepError(f"--zip: the parameters do not have equally many values ({told})", at="--zip")
    return Table(columns)


def _rows(options: SweepOptions) -> list[Points]:
    if options.over is None:
        return []
    table = columns.of_rows(options.over)
    for name in table.names:
        values.check_name(name, "--over")
    return [table]


def _params(options: SweepOptions) -> list[Points]:
    if options.zip and not options.params:
        raise SweepError("--zip: there is no -p whose values could advance together", at="--zip")
    return axes_of(options.params, zipped=options.zip)


def _each(options: SweepOptions) -> list[Points]:
    found: list[Points] = []
    if options.batch is not None and len(options.each) != 1:
        raise SweepError("--batch K needs one --each NAME=ITERABLE, whose items it puts together", at="--batch")
    for names, value in values.by_names(options.each, "--each").items():
        if len(names) > 1:
            raise SweepError(f"--each {','.join(names)}: one name is expected here", at=f"--each {','.join(names)}")
        name = names[0]
        if options.batch is not None and values.is_frame(value) and len(value):
            found.append(Batches(name, value, options.batch))
            continue
        items = values.of_axis(name, value, "--each")
        found.append(Grid({name: items}) if options.batch is None else Batches(name, items, options.batch))
    return found


def _constants(const: Mapping[str, Any]) -> list[Points]:
    for name in const:
        values.check_name(name, "--const")
    return [Grid({name: [value]}) for name, value in const.items()]
