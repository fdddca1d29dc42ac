"""From a notebook cell to a run that can be submitted."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from cellburst.cells import futures
from cellburst.cells.capture import capture
from cellburst.cells.interactivity import shown
from cellburst.client.connection import Connection
from cellburst.client.discover import offline
from cellburst.client.options import SubmitOptions
from cellburst.client.origin import describe_origin, new_key, surroundings
from cellburst.client.places import changed_here
from cellburst.client.shell_uses import check_transformers, functions_of, set_futures, transformed, uses_of
from cellburst.library_state import call_depth
from cellburst.library_state import shell as shell_state
from cellburst.library_state.gathering import called, gather, pack_states, with_problems
from cellburst.library_state.pyplot import unannounced
from cellburst.library_state.sealing import new_key as new_key_for_variables
from cellburst.model.blob import Packed
from cellburst.model.ids import new_run_id
from cellburst.model.manifest import Manifest
from cellburst.model.payload import Payload
from cellburst.model.run import Run
from cellburst.model.sweep import SweepView
from cellburst.payload.pickling import pack
from cellburst.sweeps.build import build

if TYPE_CHECKING:
    from cellburst.cells.capture import Captured

_MAGIC = "%%remote"
_TASK = "task"  # the variable that a task of a sweep finds itself under


@dataclass(frozen=True)
class Prepared:
    """A run that has not been submitted. ``captured`` is what of the namespace travels."""

    run: Run
    options: SubmitOptions
    captured: Captured

    @property
    def manifest(self) -> Manifest:
        """What travels, name by name."""
        return self.run.manifest

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
    run_options = options.for_run()
    namespace: dict[str, Any] = shell.user_ns
    earlier = futures.only(getattr(shell.compile, "flags", 0))
    source = transformed(cell, shell)
    place = locate(cell, shell, source)
    sweep, view = build(options.params, options.over, options.parallel)
    single = view.kind == "single"
    if single:
        source = shown(source, getattr(shell, "ast_node_interactivity", "last_expr"))
        check_transformers(shell, source)
        set_futures(shell, source)
    given = () if single else (*view.names, _TASK)
    captured = capture(
        source,
        namespace,
        given=given,
        out=options.out,
        first_line=place.first_line,
        flags=earlier,
        refuse=not options.dry_run,
        patched=changed_here(shell),
        magics=functions_of(shell),
        hooks=called(),
    )
    shell_state.prepare(uses_of(shell, captured, place.filename))
    if options.dry_run:
        packs = _Packs(Packed(), None, None, captured.manifest)
    else:
        connection.prestart()  # it starts while we pack
        packs = _pack(captured, sweep, namespace, connection, single=single)
    payload = Payload(
        kind="cell",
        inputs=packs.inputs,
        source=source,
        filename=place.filename,
        first_line=place.first_line,
        collect="namespace" if single else "value",
        out=() if single else options.out,
        sweep=packs.sweep,
        states=packs.states,
        needs_shell=captured.needs_shell,
        futures=earlier,
        seal=new_key_for_variables() if single else b"",
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
        options=run_options,
        submitted=now,
        code=place.code,
        manifest=packs.manifest,
        origin=describe_origin(namespace),
    )
    return Prepared(run, options, captured)


class _Packs(NamedTuple):
    """What of a payload is pickled; the manifest tells states that do not travel."""

    inputs: Packed
    sweep: Packed | None
    states: Packed | None
    manifest: Manifest


def _pack(captured: Captured, sweep: Any, namespace: dict[str, Any], connection: Connection, *, single: bool) -> _Packs:
    settings, blobs = connection.settings, connection.blobs
    states = gather(seeded=single)
    with unannounced():
        inputs = pack(captured.inputs, blobs, settings, namespace=namespace)
        packed_sweep = None if sweep is None else pack(sweep, blobs, settings, namespace=namespace)
        if single:
            known = {id(value): name for name, value in captured.inputs.items()}
            packed_states = pack_states(states, blobs, settings, namespace=namespace, known=known)
        else:  # its functions take along what they use: the tasks share them
            packed_states = pack_states(states, blobs, settings)
    return _Packs(inputs, packed_sweep, packed_states, with_problems(captured.manifest, states))


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
