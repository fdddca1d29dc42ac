"""What machines of a target are given of this Python environment, and whether the package index has it."""

from __future__ import annotations

from collections.abc import Iterator

from cellburst.cli.checks.examined import Examined
from cellburst.cli.checks.finding import Finding, ok, problem, warning
from cellburst.errors import EnvironmentRefused, UsageError
from cellburst.model.environment import Environment


def check_environment(found: Examined) -> Iterator[Finding]:
    """Which packages and which code are sent, what is left out, and what no index has for such a machine."""
    from cellburst.environments import lock, platforms

    prebuilt = bool(found.target.image) or found.target.backend == "fakecloud"
    arch = found.offers[0].arch if found.offers else found.target.arch
    try:
        environment = lock.current(found.folders, target=platforms.of_arch(arch), prebuilt=prebuilt)
    except EnvironmentRefused as refusal:
        yield problem("environment", str(refusal), f"then again: cellburst doctor {found.target.name}")
        return
    yield ok("environment", _counted(environment, prebuilt=prebuilt))
    for note in environment.left_out:
        yield ok("not sent", note)
    if not prebuilt:
        yield from _index(environment, found.target.name)


def _counted(environment: Environment, *, prebuilt: bool) -> str:
    archives = sum(package.source == "archive" for package in environment.packages)
    code = [*environment.sources, environment.cellburst]
    size = sum(package.blob.size for package in code if package.blob is not None)
    parts = [f"{len(environment.packages) - archives} packages by name"]
    parts += [f"{archives} as archives"] if archives else []
    if prebuilt:
        return f"{size / 1e6:,.1f} MB of code; packages are those that are there already"
    return ", ".join([*parts, f"{size / 1e6:,.1f} MB of code"])


def _index(environment: Environment, target: str) -> Iterator[Finding]:
    from cellburst.environments import resolving

    try:
        missing = resolving.missing(environment)
    except (EnvironmentRefused, UsageError) as refusal:
        yield warning("package index", str(refusal), f"then again: cellburst doctor {target}")
        return
    if not missing:
        yield ok("package index", f"has all of them for {environment.target}")
    for package in missing:
        what = f"{package.name} {package.version}".strip() or "packages"
        if package.source:
            yield warning(what, f"no wheel for {environment.target}: it is compiled on the machine", "or use an image")
        else:
            yield problem(what, package.why, "install a version that the index has, or use an image")
