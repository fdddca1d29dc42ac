"""Which of the installed packages are of use on another platform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cellburst.environments import platforms
from cellburst.environments.distributions import Installed, normalized
from cellburst.environments.labels import why_left_out
from cellburst.errors import UsageError

_SYSTEM = {"win32": "Windows", "darwin": "macOS", "linux": "Linux"}


def left_out(found: Mapping[str, Installed], target: str, python: str) -> dict[str, str]:
    """Packages that need not be on ``target``, by normalized name, and why.

    One that others require is left out when all of them require it for another platform only.
    """
    reasons = {name: why for name in found if (why := why_left_out(name, target))}
    if target == platforms.here():
        return reasons
    here = _required(found.values(), platforms.markers(platforms.here(), python))
    there = _required((item for name, item in found.items() if name not in reasons), platforms.markers(target, python))
    system = platforms.here().partition("-")[0]
    for name, item in found.items():
        if name not in reasons and name in here and name not in there and not item.requested:
            reasons[name] = f"required on {_SYSTEM.get(system, system)} only"
    return reasons


def _required(items: Iterable[Installed], environment: Mapping[str, str]) -> set[str]:
    """Names that any of ``items`` requires there."""
    return {name for item in items for text in item.requires if (name := _applies(text, environment))}


def _applies(text: str, environment: Mapping[str, str]) -> str:
    """The normalized name in a requirement that holds there, with whatever extra; "" if it does not."""
    try:
        from packaging.requirements import InvalidRequirement, Requirement
    except ImportError:
        raise UsageError('sending an environment needs packaging: pip install "cellburst[aws]"') from None
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return ""
    marker = requirement.marker
    if marker is None:
        return normalized(requirement.name)
    extras = _extras(str(marker))
    holds = any(marker.evaluate({**environment, "extra": extra}) for extra in extras)
    return normalized(requirement.name) if holds else ""


def _extras(marker: str) -> list[str]:
    """Every extra that a marker asks for, and none."""
    import re

    return ["", *re.findall(r"extra\s*==\s*[\"']([^\"']+)[\"']", marker)]
