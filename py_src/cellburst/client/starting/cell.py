"""From a notebook cell to a run that can be submitted."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from cellburst.cells import futures
from cellburst.cells.capture import capture
from cellburst.cells.interactivity import shown
from cellburst.cells.parameters import unused
from cellburst.client.connecting.connection import Connection
from cellburst.client.connecting.discover import offline
from cellburst.client.options.searching import wanted
from cellburst.client.options.submission import SubmitOptions
from cellburst.client.starting.machines import plan_for
from cellburst.client.starting.sweeping import pack_sweep, refusal
from cellburst.client.surroundings.origin import describe_origin, new_key, surroundings
from cellburst.client.surroundings.places import changed_here
from cellburst.client.surroundings.shell_uses import check_transformers, functions_of, set_futures, transformed, uses_of
from cellburst.library_state import call_depth
from cellburst.library_state import shell as shell_state
from cellburst.library_state.gathering import called, gather, hooks, pack_states, with_problems
from cellburst.library_state.pyplot import announced, unannounced
from cellburst.library_state.sealing import new_key as new_key_for_variables
from cellburst.model.blob import Packed
from cellburst.model.ids import new_run_id
from cellburst.model.manifest import Manifest
from cellburst.model.payload import Payload
from cellburst.model.plan import Plan
from cellburst.model.run import Run
from cellburst.model.sweep import SweepView
from cellburst.payload.begun import Begun
from cellburst.payload.pickling import pack
from cellburst.sweeps.base import names_of, optional_of
from cellburst.sweeps.values import shadowed
from cellburst.sweeps.view import is_untold

if TYPE_CHECKING:
    from cellburst.cells.capture import Captured

_MAGIC = "%%remote"
_TASK = "task"  # the variable that a task of a sweep finds itself under


@dataclass(frozen=True)
class Prepared:
    """A run that has not been submitted.

    ``captured`` is what of the namespace travels; ``warnings`` are about its sweep; with ``--cache`` its tasks have
    ``keys``.
    """

    run: Run
    options: SubmitOptions
    captured: Captured
    warnings: tuple[str, ...] = ()
    keys: bytes = b""

    @property
    def manifest(self) -> Manifest:
        """What travels, name by name."""
        return self.run.manifest

    @property
    def plan(self) -> Plan | None:
        """The machines that are to be started for it."""
        return self.run.plan

    @property
    def sweep(self) -> SweepView:
        """Which tasks there will be."""
        return self.run.sweep


@dataclass(frozen=True)
class _Place:
    """A cell's text as a whole, the name that tracebacks know it by, and the line its body starts on."""

    code: str
    filename: str
    first_line: int


def prepare_cell(cell: str, shell: Any, options: SubmitOptions, connection: Connection | None = None) -> Prepared:
    """Read the body of a ``%%remote`` cell and pack what it needs; nothing is submitted.

    A dry run packs nothing, and its manifest tells what would be refused.
    Raises SyntaxError, NameError, SweepError, UsageError, UnpicklableError, DiskFullError.
    """
    connection = connection or offline()
    namespace: dict[str, Any] = shell.user_ns
    earlier = futures.only(getattr(shell.compile, "flags", 0))
    source = transformed(cell, shell)
    if options.caching:
        from cellburst.client.caching import preparing  # plain cells need none of it

        options = preparing.seeded_by_source(options, source, earlier)
    run_options = options.for_run()
    place = locate(cell, shell, source)
    tasks = wanted(options, options.for_sweep(run_options.seed, connection.settings, namespace))
    plan = plan_for(options, tasks, place.code, connection)
    view = tasks.view
    single = view.kind == "single"
    if single:
        source = shown(source, getattr(shell, "ast_node_interactivity", "last_expr"))
        check_transformers(shell, source)
        set_futures(shell, source)
    if options.caching:
        preparing.check(view, "namespace" if single else "value")
    given = () if single else (*view.names, _TASK)
    begun = None if options.dry_run or announced() else Begun(connection.settings.buffer_bytes)
    patched = changed_here(shell)
    states = called()  # after it: it may have made a finder of modules
    captured = capture(
        source,
        namespace,
        given=given,
        out=options.out,
        first_line=place.first_line,
        flags=earlier,
        refuse=not options.dry_run,
        patched=patched,
        magics=functions_of(shell),
        hooks=hooks(states),
        begun=begun,
    )
    shell_state.prepare(uses_of(shell, captured, place.filename))
    if options.dry_run:
        packs = _Packs(Packed(), None, None, captured.manifest, {})
    else:
        connection.prestart()  # it starts while we pack
        packs = _pack(captured, tasks.sweep, namespace, connection, begun, states, single=single)
    parameters = () if tasks.sweep is None else names_of(tasks.sweep)
    payload = Payload(
        kind="cell",
        inputs=packs.inputs,
        source=source,
        filename=place.filename,
        first_line=place.first_line,
        collect="namespace" if single else "value",
        out=() if single else options.out,
        sweep=packs.sweep,
        shows_params=is_untold(view),
        states=packs.states,
        needs_shell=captured.needs_shell,
        futures=earlier,
        seal=new_key_for_variables() if single else b"",
        objective=tasks.objective,
        stack=call_depth.of_plain_cells() if single else (),
        **surroundings(connection.folders),
    )
    now = time.time()
    run = Run(
        id=new_run_id(now),
        key=new_key(),
        name=options.name,
        target=options.target,
        payload=payload,
        sweep=view,
        options=replace(run_options, search=tasks.search),
        submitted=now,
        code=place.code,
        manifest=packs.manifest,
        origin=describe_origin(namespace),
        open=tasks.search is not None,
        plan=plan,
    )
    refused = refusal(tasks.sweep, namespace) if options.dry_run else ""
    warnings = (*filter(None, [refused]), *shadowed(parameters), *unused(captured.names, captured.codes, parameters))
    if not options.caching or options.dry_run:
        return Prepared(run, options, captured, warnings)
    run, keys = preparing.keyed_cell(run, captured, tasks.sweep, packs.gathered, namespace, connection)
    return Prepared(run, options, captured, warnings, keys)


class _Packs(NamedTuple):
    """What of a payload is pickled; the manifest tells states that do not travel."""

    inputs: Packed
    sweep: Packed | None
    states: Packed | None
    manifest: Manifest
    gathered: dict[str, Any]


def _pack(
    captured: Captured,
    sweep: Any,
    namespace: dict[str, Any],
    connection: Connection,
    begun: Begun | None,
    read: dict[str, Any],
    *,
    single: bool,
) -> _Packs:
    """``read`` are states that were read already."""
    settings, blobs = connection.settings, connection.blobs
    states = gather(seeded=single, known=read)
    with unannounced():
        absent = {} if sweep is None else dict.fromkeys(sorted(optional_of(sweep)))  # None where a task goes without
        variables = {**absent, **captured.inputs} if absent else captured.inputs
        inputs = pack(variables, blobs, settings, namespace=namespace, begun=begun)
        if begun is not None:
            begun.clear()
        packed_sweep = pack_sweep(sweep, connection, namespace)
        if single:
            known = {id(value): name for name, value in captured.inputs.items()}
            packed_states = pack_states(states, blobs, settings, namespace=namespace, known=known)
        else:  # its functions take along what they use: the tasks share them
            packed_states = pack_states(states, blobs, settings)
    return _Packs(inputs, packed_sweep, packed_states, with_problems(captured.manifest, states), states.values)


def locate(cell: str, shell: Any, source: str = "") -> _Place:
    """Find the whole cell that ``cell`` is the body of, and register its lines for tracebacks.

    ``source`` is what IPython makes of the body, which is what tracebacks show.
    """
    typed, running = _running(shell)
    code, first_line = _whole_cell(cell, typed)
    # while a cell runs the counter may already stand at the next one
    number = running if code == typed else shell.execution_count
    # what tools read as Python must be that; IPython's own lines are comments to them
    above = "".join(
        f"# {line}" if line.lstrip().startswith("%") else line
        for line in code.splitlines(keepends=True)[: first_line - 1]
    )
    filename = shell.compile.cache(above + source if source else code, number, raw_code=code)
    return _Place(code, filename, first_line)


def _running(shell: Any) -> tuple[str, int]:
    """The text and the number of the cell that is running."""
    result: Any = getattr(getattr(shell, "displayhook", None), "exec_result", None)
    if getattr(result, "execution_count", None):
        return result.info.raw_cell.rstrip("\n"), result.execution_count
    inputs = getattr(getattr(shell, "history_manager", None), "input_hist_raw", None) or [""]
    return str(inputs[-1]), len(inputs) - 1


def _whole_cell(body: str, typed: str) -> tuple[str, int]:
    """The cell's text and the line its body starts on, from what was typed last, if that is the cell."""
    lines = typed.splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith(_MAGIC) and _same("".join(lines[number:]), body):
            return typed, number + 1
    return f"{_MAGIC}\n{body}", 2


def _same(typed: str, body: str) -> bool:
    """Whether the texts differ at most in white space, which IPython may have taken from the left."""
    return typed.split() == body.split()
