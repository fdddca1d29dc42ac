"""From what a user wrote to a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from cellburst.errors import SweepError
from cellburst.model.sweep import SweepView
from cellburst.sweeps.base import Points
from cellburst.sweeps.drawn import Ranged
from cellburst.sweeps.given import unfolded
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.parts import parts_of
from cellburst.sweeps.tables import product
from cellburst.sweeps.values import MOST
from cellburst.sweeps.view import view_of

_TIMES = " \N{MULTIPLICATION SIGN} "


def build(options: SweepOptions, *, bounded: bool = True) -> tuple[Points | None, SweepView]:
    """The sweep of a run, and what is shown of it.

    Without parameters there is no sweep: one task, or ``parallel`` copies of it. Each of ``params`` is a collection of
    values; together they make a grid, or advance together. ``over`` has a row for each task. With both, every row
    meets every combination; so does each of ``each``. Of these points those are left that meet the conditions, and of
    those ``sample`` takes some.

    Raises SweepError when there is nothing in it, when a name is no variable or bound twice, when rows do not have the
    same names, when a value is one value rather than several, for a condition that cannot be evaluated, and, if it is
    ``bounded``, for more tasks than allowed.
    """
    options.check()
    options = unfolded(options if bounded else replace(options, yes=True))
    if not options.vary:
        _check_alone(options)
        if options.parallel is None:
            return None, SweepView("single", 1)
        _check_count(options.parallel, "", options)
        return None, SweepView("copies", options.parallel)
    _check_method(options)
    parts = parts_of(options)
    sweep = _sweep(parts, options)
    return sweep, view_of(sweep)


def _sweep(parts: Sequence[Points], options: SweepOptions) -> Points:
    conditions = {"when": options.when, "where": options.where, "namespace": options.namespace}
    if options.sample is not None:
        from cellburst.sweeps.sampling import sample  # most runs do without

        _check_count(options.sample, "", options)
        return sample(parts, options.sample, sampler=options.sampler, seed=options.seed, **conditions)  # type: ignore[arg-type]
    for part in parts:
        if isinstance(part, Ranged):
            said = f"{part.values!r} is a range, not a list of values; add --sample N, or --search tpe --trials N"
            raise SweepError(f"-p {part.names[0]}: {said}", at=f"-p {part.names[0]}")
    count = prod(map(len, parts))
    how = _told(parts)
    if not options.when and not options.where:
        _check_count(count, how, options)
        return product(parts)
    from cellburst.sweeps.filtering import chosen

    found = chosen(parts, **conditions)  # type: ignore[arg-type]
    _check_count(len(found), f"of {how}, those that meet the conditions", options)
    return found


def _check_alone(options: SweepOptions) -> None:
    """Raise SweepError for what says something about parameters that are not there."""
    given = {"--sample": options.sample is not None, "--where": options.where, "--zip": options.zip}
    given |= {f"--when {name}": True for name in options.when}
    given["--batch"] = options.batch is not None
    for option, there in given.items():
        if there:
            at = "--where 0" if option == "--where" else option
            raise SweepError(f"{option}: there are no parameters; add -p NAME=VALUES or --over ROWS", at=at)


def _check_method(options: SweepOptions) -> None:
    """Raise SweepError for a file that says how to choose points, and needs something more for that."""
    if options.method == "bayes":
        said = "method bayes searches; add --search tpe --trials N --minimize NAME, or take --sample N of its points"
        raise SweepError(f"--over: {said}", at="--over")
    if options.method == "random" and options.sample is None:
        raise SweepError("--over: method random needs a number of points: run_cap, or --sample N", at="--over")


def _check_count(count: int, how: str, options: SweepOptions) -> None:
    told = f"{count:,} tasks" + (f" ({how})" if how and how != f"{count:,}" else "")
    if count > MOST:
        raise SweepError(f"{told} are more than the {MOST:,} that a run may have; take some of them with --sample N")
    if count > options.max_tasks and not options.yes:
        said = f"{told} are more than {options.max_tasks:,}; --yes runs them all, --sample N some of them"
        raise SweepError(f"{said} (the bound is the setting max_tasks)")


def told_count(options: SweepOptions, count: int) -> str:
    """How the number of tasks comes about: the product of what."""
    if not options.vary:
        return "1 task" if options.parallel is None else f"{count:,} copies"
    options = unfolded(options)
    parts = parts_of(options)
    endless = any(isinstance(part, Ranged) and part.values.size is None for part in parts)
    how = "a range" if endless else _told(parts)
    everything = not endless and count == prod(map(len, parts))
    return how if everything else f"{count:,} of {how}"


def _told(parts: Sequence[Points]) -> str:
    return _TIMES.join(f"{len(part):,}" for part in parts if len(part) > 1) or "1"
