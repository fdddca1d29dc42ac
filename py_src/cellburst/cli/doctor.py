"""`cellburst doctor`: look at everything that can be wrong, and say what to do."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator

import click

from cellburst.cli.checks.finding import Finding, problem
from cellburst.paths import Folders
from cellburst.settings import Settings

_MARKS = {"ok": "OK     ", "warning": "warning", "problem": "problem"}
_COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}


@click.command()
@click.argument("target", required=False)
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.option("--restart", is_flag=True, help="End the controller first; live runs go on with the next one.")
def doctor(target: str | None, as_json: bool, restart: bool) -> None:
    """Check the installation, or what a run on TARGET needs, and say what to do; exits with 1 if there is a problem.

    Nothing is started: of a target with machines, credentials, quotas, zones, prices, image and permissions are
    looked at."""
    if restart:
        _end_controller()
    findings = []
    for finding in examine_target(target) if target else examine():
        findings.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        from cellburst.cli.output import print_json

        print_json(findings)
    else:
        _print_verdict(findings)
    sys.exit(any(finding.level == "problem" for finding in findings))


def _end_controller() -> None:
    from cellburst.client.connecting.ending import end_controller

    pid = end_controller(Folders.of(Settings.load()))
    click.echo(
        "no controller runs" if pid is None else f"controller {pid} ended; the next use starts another", err=True
    )


def examine() -> Iterator[Finding]:
    """Every finding, each check on its own: one that breaks is a finding too."""
    try:
        settings = Settings.load()
    except ValueError:
        settings = _folders_only()  # the settings check names the variable
    try:
        folders = Folders.of(settings)
    except OSError as error:
        yield problem("folders", str(error), "set CELLBURST_DATA_DIR and CELLBURST_RUNTIME_DIR")
        return
    for name, check in _checks(folders, settings).items():
        try:
            yield from check()
        except Exception as error:
            yield problem(name, f"could not be checked: {type(error).__name__}: {error}", "report this with its text")


def examine_target(name: str) -> Iterator[Finding]:
    """Every finding about a target."""
    from cellburst.cli.checks.target import check_target

    try:
        yield from check_target(name, Folders.of(Settings.load()))
    except Exception as error:
        yield problem(name, f"could not be checked: {type(error).__name__}: {error}", "report this with its text")


def _folders_only() -> Settings:
    """The defaults, in the folders that the environment names."""
    environment = os.environ
    return Settings(
        data_dir=environment.get("CELLBURST_DATA_DIR", ""), runtime_dir=environment.get("CELLBURST_RUNTIME_DIR", "")
    )


def _checks(folders: Folders, settings: Settings) -> dict[str, Callable[[], Iterable[Finding]]]:
    from cellburst.cli.checks import environment, machine, processes, stores
    from cellburst.cli.checks.folders import check_folders, check_targets

    return {
        "Python": environment.check_python,
        "packages": environment.check_packages,
        "settings": environment.check_settings,
        "folders": lambda: check_folders(folders),
        "targets": lambda: check_targets(folders),
        "SQLite": stores.check_sqlite,
        "run store": lambda: stores.check_stores(folders, settings),
        "controller": lambda: processes.check_controller(folders, settings),
        "pool": lambda: processes.check_pool(folders),
        "machine": lambda: machine.check_machine(settings),
    }


def _print(finding: Finding) -> None:
    mark = click.style(_MARKS[finding.level], fg=_COLOURS[finding.level])
    click.echo(f"{mark}  {finding.what:<16} {finding.found}")
    if finding.advice:
        click.echo(f"{'':9}{'':<16} → {finding.advice}")


def _print_verdict(findings: list[Finding]) -> None:
    problems = sum(finding.level == "problem" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    if problems:
        click.echo(f"\n{problems} problem{'s' if problems > 1 else ''} to solve first.")
    elif warnings:
        click.echo(f"\nIt works; {warnings} thing{'s' if warnings > 1 else ''} to know.")
    else:
        click.echo("\nAll is well.")
