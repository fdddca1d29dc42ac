"""Adding points to a run: those that it does not have yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from cellburst.client.collecting.collect import main_namespace
from cellburst.client.connecting.connection import Connection
from cellburst.client.surroundings.origin import new_key
from cellburst.errors import UsageError
from cellburst.model import run as model
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.payload.namespaces import Namespace
from cellburst.payload.pickling import pack
from cellburst.sweeps.base import optional_of
from cellburst.sweeps.build import build
from cellburst.sweeps.digests import params_digest
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.shown import shown
from cellburst.wire.client import Extend

if TYPE_CHECKING:
    from cellburst.client.caching.lookup import Hits
    from cellburst.client.runs.run import Run

Params = dict[str, Any]


def add_points(run: Run, params: Any, copies: int | None, options: Mapping[str, Any]) -> int:
    """Extend the run; how many tasks were added. Raises UsageError, SweepError, UnpicklableError, ControllerError."""
    record = run.grown()
    _check(record)
    given = params is not None or bool(options)
    if (copies is not None) == given:
        raise UsageError("add takes parameters, as map does, or copies=N for a run without parameters")
    points: list[Params] = []
    if copies is not None:
        part = _copies(record, copies)
    else:
        points = _new_points(run, record, _asked(run, params, options))
        if not points:
            return 0
        part = _part(run, record, points)
    hits: Hits = ()
    if record.options.cache:
        part, hits = _kept(run.connection, record, part, points)
    run.connection.request(Extend(0, run.id, part, hits, env=run.unstored()))
    return part.view.count


def _kept(connection: Connection, record: model.Run, part: SweepPart, points: list[Params]) -> tuple[SweepPart, Hits]:
    """The part with the keys of its tasks, as far as they can have any, and those that have a result already."""
    from cellburst.client.caching.keys import added_keys
    from cellburst.client.caching.lookup import hits_for

    keys = added_keys(record, points, part.view.count, _namespace(record))
    return replace(part, keys=keys), hits_for(record, keys, connection, part.start)


def _check(record: model.Run) -> None:
    kind = record.sweep.kind
    if record.single:
        raise UsageError(f"run {record.id} is one plain cell or call, which has no further points; submit another run")
    if kind == "search":
        raise UsageError(f"run {record.id} chooses its points itself; search_more(trials) lets it go on")
    if kind == "calls":
        raise UsageError(f"run {record.id} belongs to an executor, whose submit adds calls to it")


def _copies(record: model.Run, copies: int) -> SweepPart:
    if record.sweep.kind != "copies":
        raise UsageError(f"run {record.id} has the parameters {', '.join(record.sweep.names)}; give values for them")
    if isinstance(copies, bool) or not isinstance(copies, int) or copies < 1:
        raise UsageError(f"copies must be a whole number from 1 on, not {copies!r}")
    return SweepPart(record.count, SweepView("copies", copies), (), new_key())


def _asked(run: Run, params: Any, options: Mapping[str, Any]) -> Any:
    """The points that are wanted, as a sweep."""
    known = SweepOptions.__dataclass_fields__.keys() - {"params", "parallel", "max_tasks", "seed", "namespace"}
    if wrong := [name for name in options if name not in known]:
        raise UsageError(f"there is no option {wrong[0]!r}; there are: {', '.join(sorted(known))}")
    grid: Mapping[Any, Any] = {}
    if isinstance(params, Mapping):
        grid = params
    elif params is not None:
        if "over" in options:
            raise UsageError("rows are given twice: as what is added, and as over")
        options = {**options, "over": _rows(run.record, params)}
    settings, record = run.connection.settings, run.record
    limits: dict[str, Any] = {
        "max_tasks": settings.max_tasks,
        "seed": record.options.seed,
        "namespace": main_namespace(),
    }
    sweep, _ = build(SweepOptions(params=grid, **limits, **options))
    if sweep is None:
        raise UsageError("add needs parameters: a dict of lists, or rows")
    return sweep


def _rows(record: model.Run, params: Any) -> Any:
    """Rows as they are; values for a run that passes its only parameter without the name."""
    if not record.payload.positional or hasattr(type(params), "columns") or isinstance(params, (str, bytes)):
        return params
    return [value if isinstance(value, Mapping) else {record.sweep.names[0]: value} for value in params]


def _new_points(run: Run, record: model.Run, asked: Iterable[Params]) -> list[Params]:
    """Those of the points that are not there yet, each once. Raises UsageError if their names are not the run's."""
    outcomes = run.results.outcomes
    there = {params_digest(outcomes.params(index)) for index in range(record.count)}
    names, optional = _names(run, record)
    found: list[Params] = []
    for point in asked:
        if not names - optional <= point.keys() <= names:
            odd = sorted((names - optional - point.keys()) or (point.keys() - names))
            why = "has no value for" if odd[0] in names else "knows nothing of"
            has = ", ".join(sorted(names)) or "no parameters; copies=N adds copies"
            raise UsageError(f"the point {point!r} {why} {', '.join(odd)}; run {record.id} has {has}")
        if (digest := params_digest(point)) not in there:
            there.add(digest)
            found.append(point)
    return found


def _names(run: Run, record: model.Run) -> tuple[set[str], frozenset[str]]:
    """All parameters of the run, and those that some of its tasks do without."""
    sweep = run.results.outcomes.sweep()
    return set(record.sweep.names), frozenset() if sweep is None else optional_of(sweep)


def _part(run: Run, record: model.Run, points: list[Params]) -> SweepPart:
    connection = run.connection
    blobs, settings = connection.blobs, connection.settings
    namespace = _namespace(record)
    given = tuple(pack(point, blobs, settings, namespace=namespace, name="the point") for point in points)
    columns = record.sweep.names
    rows = tuple(tuple(shown(point.get(name)) for name in columns) for point in points)
    return SweepPart(record.count, SweepView("table", len(points), columns=columns, rows=rows), given, new_key())


def _namespace(record: model.Run) -> Namespace | None:
    """As the run's own parameters were packed: a cell's find their functions' names in it, a function's bring them."""
    return main_namespace() if record.payload.kind == "cell" else None
