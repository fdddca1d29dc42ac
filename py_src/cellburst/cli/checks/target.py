"""A target with machines: everything that a run on it needs, looked at without starting anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec

from cellburst.aws.clock import ALLOWED
from cellburst.cli.checks import aws_account, aws_machines, aws_packages
from cellburst.cli.checks.examined import Examined
from cellburst.cli.checks.finding import Finding, ok, problem
from cellburst.errors import CloudError, TargetError, UnknownTargetError, UsageError
from cellburst.paths import Folders

_NEEDED = {
    "ec2": {"boto3": "aws", "cryptography": "aws", "uv": "aws"},
    "fakecloud": {"boto3": "fakecloud", "cryptography": "fakecloud", "moto": "fakecloud", "cheroot": "fakecloud"},
}


def check_target(name: str, folders: Folders) -> Iterator[Finding]:
    """Every finding about a target; a check that a broken one before it makes pointless is left out."""
    from cellburst import targets, wiring
    from cellburst.client.machines.planning import session_of

    try:
        target = targets.find(name, folders)
    except (TargetError, UnknownTargetError) as error:
        yield problem("target", str(error), "cellburst targets")
        return
    yield ok("target", f"{name}: {targets.about(target)}")
    if not targets.has_machines(target):
        return
    missing = [package for package in _NEEDED[target.backend] if find_spec(package) is None]
    if missing:
        extra = _NEEDED[target.backend][missing[0]]
        yield problem("packages", f"{', '.join(missing)} not installed", f"pip install 'cellburst[{extra}]'")
        return
    cloud = wiring.cloud_of(target, start=False)
    if target.backend == "fakecloud" and not cloud:
        yield ok("cloud", "made up, on this machine; the next run starts it")
        return
    yield from _in_order(Examined(target, folders, session_of(target, cloud)))


def _in_order(found: Examined) -> Iterator[Finding]:
    checks: list[tuple[str, Callable[[Examined], Iterable[Finding]]]] = [
        ("region", aws_account.check_region),
        ("credentials", aws_account.check_identity),
        ("clock", aws_account.check_clock),
        ("machines", aws_machines.check_types),
        ("prices", aws_machines.check_prices),
        ("quota", aws_machines.check_quota),
        ("zones", aws_machines.check_zones),
        ("spot", aws_machines.check_spot),
        ("image", aws_machines.check_image),
        ("Python", aws_machines.check_python),
        ("environment", aws_packages.check_environment),
        ("account", aws_account.check_parts),
        ("launch", aws_machines.check_launch),
        ("left over", aws_account.check_left),
    ]
    for name, check in checks:
        try:
            yield from check(found)
        except (CloudError, UsageError) as error:
            yield problem(name, str(error), f"then again: cellburst doctor {found.target.name}")
            if name == "credentials":  # nothing else can be asked
                if abs(found.session.clock.offset or 0.0) > ALLOWED:
                    yield from aws_account.check_clock(found)
                return
