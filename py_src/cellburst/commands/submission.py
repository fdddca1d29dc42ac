"""From a command line to a run."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellburst import targets
from cellburst.client.connecting.discover import offline
from cellburst.client.options.searching import wanted
from cellburst.client.options.submission import SubmitOptions
from cellburst.client.runs.run import Run
from cellburst.client.starting.functions import submit_each
from cellburst.client.starting.machines import plan_for
from cellburst.commands import injection, template
from cellburst.commands.notebook import NotebookTask
from cellburst.commands.places import Luggage, packed
from cellburst.commands.process import Command
from cellburst.commands.program import Program
from cellburst.commands.reading import digest_of, files_of, knows_its_place
from cellburst.errors import UsageError
from cellburst.model.plan import Plan
from cellburst.settings import Settings
from cellburst.sweeps.base import Points
from cellburst.sweeps.space import Space

if TYPE_CHECKING:
    from cellburst.client.machines.agreeing import Show

_LARGEST = 64 << 20  # bytes of a notebook
_FEW = 20_000  # tasks whose parameters are looked at for names of files


@dataclass(frozen=True)
class Submission:
    """A command that can be submitted. ``names`` are its parameters, ``warnings`` what it should be asked about."""

    call: Command | NotebookTask
    code: str
    options: SubmitOptions
    names: tuple[str, ...]
    count: int
    warnings: tuple[str, ...]

    @property
    def goes_away(self) -> bool:
        """Whether it runs on machines of its own."""
        return targets.has_machines(targets.find(self.options.target))

    def submit(self, show: Show | None = None) -> Run:
        """Start it; ``show`` is given the plan of machines. Raises what ``submit_each`` raises."""
        return submit_each(self.call, self.options, code=self.code, show=show)

    def plan(self) -> Plan | None:
        """The machines that would be started; None on this machine. Raises what ``plan_for`` raises."""
        connection, options = offline(), replace(self.options.seeded(), dry_run=True)
        tasks = wanted(options, options.for_sweep(options.seed or 0, connection.settings, {}))
        return plan_for(options, tasks, self.code, connection)


def prepare(program: Program, options: SubmitOptions, folder: Path, files: Mapping[str, str]) -> Submission:
    """Check everything that can be checked before the start; ``files`` are names that the run's own name may use.

    Raises SweepError, UsageError.
    """
    names, count, points = _tasks(options)
    call: Command | NotebookTask
    if program.notebook:
        call, warnings = _notebook(program, folder, names)
    else:
        warnings = tuple(template.check(program.words, names))
        luggage, left = _luggage(program, options, points, folder)
        call = Command(program.words, str(folder), program.typed[0], luggage=luggage)
        warnings = (*warnings, *left)
    if options.caching:
        reads, placed = digest_of(program.words, points, folder), knows_its_place(program.words, program.script)
        call = replace(call, reads=reads, placed=placed)
    code = shlex.join(program.typed)
    told = {**files, "command": code, "script": program.script.name if program.script else program.typed[0]}
    name = template.fill_text(options.name, told) if options.name else _short(code)
    return Submission(call, code, replace(options, name=name), names, count, warnings)


def _luggage(
    program: Program, options: SubmitOptions, points: Points | None, folder: Path
) -> tuple[Luggage, tuple[str, ...]]:
    """What the command takes along to machines, and what it does not; nothing on this one."""
    if not targets.has_machines(targets.find(options.target)):
        return Luggage(), ()
    first = str(folder / program.words[0])
    python = program.words[0] if os.path.realpath(first) == os.path.realpath(sys.executable) else sys.executable
    named = files_of(program.words, points if points is None or len(points) <= _FEW else None, folder)
    return packed(named - {folder / python}, folder, python)


def own_folders(program: Program, folder: Path) -> list[str]:
    """Where Python would look for modules that are imported from here: those go along to machines."""
    python = program.script is not None and program.script.suffix in (".py", ".ipynb")
    if not python and not Path(program.words[0]).name.startswith("python"):
        return []
    return list(dict.fromkeys([*([str(program.script.parent)] if program.script else []), str(folder)]))


def _tasks(options: SubmitOptions) -> tuple[tuple[str, ...], int, Points | None]:
    """The parameters, how many tasks there will be (0: a search decides), and these."""
    drawn = options.seeded()
    found = wanted(drawn, drawn.for_sweep(drawn.seed or 0, Settings.load(), {}))
    points = None if isinstance(found.sweep, Space) else found.sweep
    return found.view.names, found.view.count, points


def _notebook(program: Program, folder: Path, names: tuple[str, ...]) -> tuple[NotebookTask, tuple[str, ...]]:
    assert program.script is not None
    body = _read(program.script)
    return NotebookTask(program.script.name, body, str(folder)), tuple(
        injection.unknown(_parsed(program.script, body), names)
    )


def _read(path: Path) -> str:
    if path.stat().st_size > _LARGEST:
        raise UsageError(f"{path} is larger than {_LARGEST >> 20} MB; clear its outputs first")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None


def _parsed(path: Path, body: str) -> dict[str, Any]:
    import json

    try:
        found = json.loads(body)
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}, line {error.lineno}, column {error.colno}: {error.msg}; is it a notebook?") from None
    if not isinstance(found, dict) or not isinstance(found.get("cells"), list):
        raise UsageError(f"{path} is no notebook of version 4: it has no cells; open and save it in Jupyter")
    return found


def _short(code: str) -> str:
    line = " ".join(code.split())
    return line if len(line) <= 60 else line[:59] + "…"
