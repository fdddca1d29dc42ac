"""`cellburst run`: a command, a script or a notebook, once for each set of parameters."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from cellburst.cli.run_options import PLAIN, with_options
from cellburst.client.options.submission import SubmitOptions, seconds
from cellburst.commands import headers
from cellburst.commands.program import Program, recognise
from cellburst.commands.submission import Submission, own_folders, prepare
from cellburst.errors import UsageError
from cellburst.sweeps import text


@click.command(context_settings={"allow_interspersed_args": False})
@with_options
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def run(ctx: click.Context, /, command: tuple[str, ...], **given: Any) -> None:
    """Run COMMAND once for each set of parameters, many at a time.

    A parameter stands in braces: cellburst run -p lr=0.1,0.01 -- python train.py --rate {lr}. COMMAND may be a script
    (train.py, model.R), and a notebook gets the parameters by its cell tagged "parameters". Comments of a script such
    as "# CELLBURST timeout=2h" are options of it.

    Ends with 0, with 1 if a task failed, and with 130 if it was interrupted.
    """
    folder = Path.cwd()
    program = recognise(command, folder)
    given = _with_header(ctx, program, given)
    submission = prepare(program, _submit_options(given), folder, _files(given))
    if submission.goes_away:
        sys.path[:0] = own_folders(program, folder)
    for warning in submission.warnings:
        click.echo(f"cellburst: {warning}", err=True)
    if given["dry_run"]:
        from cellburst.cli.run_progress import preview

        preview(submission)
        return
    sys.exit(_run(submission, as_json=given["as_json"]))


def _run(submission: Submission, *, as_json: bool) -> int:
    from cellburst.cli.run_progress import show_plan, watch

    made = submission.submit(show_plan)
    if submission.options.detach:
        click.echo(made.id)
        return 0
    return watch(made, quiet=submission.options.quiet or as_json, as_json=as_json)


def _submit_options(given: dict[str, Any]) -> SubmitOptions:
    known = {item.name for item in fields(SubmitOptions)}
    plain = {name: given[name] for name in PLAIN if name in known and given[name] not in (None, ())}
    options = SubmitOptions(
        target=given["target"],
        params=dict(_unique([text.binding(word) for word in given["params"]], "-p")),
        const=dict(_unique([text.constant(word) for word in given["const"]], "--const")),
        when=dict(_unique([text.condition_for(word) for word in given["when"]], "--when")),
        where=given["where"],
        each=dict(_unique([text.binding(word, "--each") for word in given["each"]], "--each")),
        timeout=None if given["timeout"] is None else seconds(given["timeout"]),
        **plain,
    )
    options.check()
    return options


def _unique(pairs: list[tuple[str, Any]], option: str) -> list[tuple[str, Any]]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{option} {name}: given twice; several values go together: {option} {name}=1,2,3")
    return pairs


def _files(given: dict[str, Any]) -> dict[str, str]:
    """What {file} stands for in the run's name: the file that the parameters come from."""
    texts = [*given["params"], *given["each"]]
    named = [word.partition("=@")[2] for word in texts if "=@" in word] + ([given["over"]] if given["over"] else [])
    return {"file": Path(named[0]).stem} if named else {}


def _with_header(ctx: click.Context, program: Program, given: dict[str, Any]) -> dict[str, Any]:
    """Options of the script's comments where the command line does not say otherwise. Raises UsageError."""
    if program.script is None or program.notebook:
        return given
    found = dict(given)
    said: dict[str, int] = {}
    for line, words in headers.read_header(program.script):
        place = f"{program.script.name}, line {line}"
        try:
            inner = ctx.command.make_context("cellburst run", [*words, "--", "x"], resilient_parsing=False)
        except click.UsageError as error:
            raise UsageError(f"{place}: {error.format_message()}") from None
        for name, value in inner.params.items():
            if inner.get_parameter_source(name) is not ParameterSource.COMMANDLINE or name == "command":
                continue
            if isinstance(value, tuple):
                found[name] = _merged(value, found[name])
            elif ctx.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
                if name in said and found[name] != value:
                    raise UsageError(f"{place}: {name} is also said in line {said[name]}")
                found[name], said[name] = value, line
    return found


def _merged(below: tuple[str, ...], above: tuple[str, ...]) -> tuple[str, ...]:
    """``NAME=...`` of both; those of ``above`` in place of the same names below."""
    names = {word.partition("=")[0] for word in above if "=" in word}
    return (*(word for word in below if word.partition("=")[0] not in names), *above)
