"""What the page shows of a grid beside what was typed: counts, errors at their places, the first tasks, the texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from cellburst.display.formatting import format_duration, one_line
from cellburst.errors import SweepError
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.preview import describe
from cellburst.targets import about, known
from cellburst.widgets import estimate
from cellburst.widgets.estimate import Experience
from cellburst.widgets.formats import options as options_text
from cellburst.widgets.formats import python as python_text
from cellburst.widgets.formats import yaml as yaml_text
from cellburst.widgets.literals import TextError
from cellburst.widgets.reading import Row, excerpt
from cellburst.widgets.spec import Spec
from cellburst.widgets.sweep import options_of, parallel_of, sample_of, seed_of

Facts = dict[str, Any]
_PREVIEWED = 20
_TRIED = 200_000  # points that conditions are tried on while somebody types
_CHECKS: dict[str, Callable[[Spec], object]] = {"sample": sample_of, "seed": seed_of, "parallel": parallel_of}


def facts_of(spec: Spec, rows: Mapping[str, Row], namespace: Mapping[str, Any]) -> Facts:
    """Everything that follows from the grid alone."""
    facts: Facts = {
        "serial": spec.serial,
        "count": None,
        "problem": "",
        "rows": {id_: row_facts(row) for id_, row in rows.items()},
        "where": ["" for _ in spec.where],
        "options": _option_errors(spec),
        "preview": {"columns": [], "rows": []},
        "targets": [{"name": name, "about": about(target)} for name, target in known()[0].items()],
        **texts(spec),
    }
    if spec.parameters and not any(row.error for row in rows.values()) and not facts["options"]:
        _add_tasks(facts, spec, rows, namespace)
    return facts


def row_facts(row: Row) -> Facts:
    """What is said beside a parameter."""
    if not row.error:
        return {"shown": excerpt(row), **({} if row.count is None else {"count": row.count})}
    place = {"line": row.line, "column": row.column} if row.line else {}
    return {"error": one_line(row.error, 300), "field": row.field, **place}


def texts(spec: Spec, function: str = "fn") -> Facts:
    """The grid in each format, or what stands against that."""
    if not spec.parameters:
        return {"texts": {}, "text_problem": ""}
    try:
        made = {
            "options": options_text.write(spec),
            "python": python_text.write(spec, function),
            "yaml": yaml_text.write(spec),
        }
    except TextError as error:
        return {"texts": {}, "text_problem": f"As soon as every parameter can be read ({error})"}
    return {"texts": made, "text_problem": ""}


def time_facts(count: int | None, known: Experience | None, at_once: int, target: str) -> Facts:
    """How long so many tasks take, and what they cost where the target has a price."""
    if count is None:
        return {"time": "", "basis": "", "cost": ""}
    if known is None:
        return {"time": "no earlier run to tell the time from", "basis": "", "cost": ""}
    seconds = estimate.run_seconds(count, at_once, known.seconds)
    basis = (
        f"{format_duration(known.seconds)} a task (the median of {known.tasks:,} in {known.runs} earlier "
        f"run{'s' if known.runs > 1 else ''}), {at_once} at once"
    )
    price = estimate.dollars(count, known.seconds, target)
    return {
        "time": f"about {format_duration(seconds)}",
        "basis": basis,
        "cost": "" if price is None else f"${price:,.2f}",
    }


def _option_errors(spec: Spec) -> dict[str, str]:
    found = {}
    for name, check in _CHECKS.items():
        try:
            check(spec)
        except TextError as error:
            found[name] = str(error)
    return found


def _add_tasks(facts: Facts, spec: Spec, rows: Mapping[str, Row], namespace: Mapping[str, Any]) -> None:
    options = options_of(spec, rows, namespace)
    most = prod(count for row in rows.values() if (count := row.count) is not None)
    if most > _TRIED and (options.when or options.where) and options.sample is None:
        facts["problem"] = f"Up to {most:,} tasks: more than are tried against the conditions while you type"
        return
    try:
        found = describe(options, _PREVIEWED)
    except SweepError as error:
        _place(facts, spec, options, error)
        return
    except Exception as error:  # a user's own object may raise anything
        facts["problem"] = one_line(f"{type(error).__name__}: {error}", 300)
        return
    names = found.names
    facts["count"] = found.count
    facts["preview"] = {"columns": list(names), "rows": [[row.get(name) for name in names] for row in found.rows]}
    facts["problem"] = " ".join(found.warnings)


def _place(facts: Facts, spec: Spec, options: SweepOptions, error: SweepError) -> None:
    """Say an error beside what it is about, if that is one thing."""
    option, _, rest = error.at.partition(" ")
    message = one_line(str(error).removeprefix(f"{error.at}: ").removeprefix(f"{option}: "), 300)
    for parameter in spec.parameters:
        if option in ("-p", "--when", "--const") and parameter.name == rest:
            field = "when" if option == "--when" else "text"
            facts["rows"][parameter.id] = {**facts["rows"][parameter.id], "error": _way_out(message), "field": field}
            return
    if option == "--where" and rest.isdecimal() and int(rest) < len(options.where):
        written = [place for place, condition in enumerate(spec.where) if condition.strip()]
        facts["where"][written[int(rest)]] = message
        return
    facts["problem"] = _way_out(message)


def _way_out(message: str) -> str:
    """Options of a line are fields here."""
    return message.replace("add --sample N, or --search tpe --trials N", "choose a sample, or search over it in a cell")
