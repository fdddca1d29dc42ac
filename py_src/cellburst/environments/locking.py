"""From what is installed here to what a machine is to install: by name from an index, or from an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from cellburst.environments import labels, needed, platforms, shipped, sources
from cellburst.environments.distributions import Installed
from cellburst.environments.keeping import Lock
from cellburst.errors import EnvironmentRefused
from cellburst.model.environment import Package

_OURS = "cellburst"
Put = Callable[[str, str, bytes], Package]  # name, version and bytes of an archive


def locked(found: Mapping[str, Installed], fingerprint: str, target: str, python: str, limit: int, put: Put) -> Lock:
    """Every installed package as an index has it, or as an archive. Raises EnvironmentRefused, naming a package."""
    reasons = needed.left_out(found, target, python)
    wanted = [item for name, item in sorted(found.items()) if name not in reasons and name != _OURS]
    packages = tuple(_package(item, target, limit, put) for item in wanted if item.origin != "editable")
    editable = [item for item in wanted if item.origin == "editable"]
    return Lock(
        fingerprint=fingerprint,
        packages=packages,
        left_out=tuple(f"{found[name].name}: {why}" for name, why in sorted(reasons.items())),
        metadata=_metadata(editable, put),
        projects=tuple((item.name, item.project) for item in editable if item.project),
        hooked=tuple(sources.hooked(found)),
    )


def _package(item: Installed, target: str, limit: int, put: Put) -> Package:
    name = labels.index_name(item.key)
    public, label = labels.split_label(item.version)
    if item.origin == "index" and (not label or labels.is_hardware(name, label)):
        return Package(name, item.version)
    if item.origin == "index" and item.installer == "conda":
        return Package(name, public)  # conda's builds have labels of their own
    same = target == platforms.here() or item.portable
    try:
        return put(item.key, item.version, shipped.archive_of_installed(item, same_platform=same, limit=limit))
    except EnvironmentRefused:
        if not label and item.project.endswith(".whl"):  # a wheel that was downloaded before: an index may have it
            return Package(name, item.version)
        raise


def _metadata(editable: Iterable[Installed], put: Put) -> Package | None:
    from cellburst.environments.archives import packed

    entries = [entry for item in editable for entry in shipped.metadata_of(item)]
    return put("metadata of editable packages", "", packed((), entries)) if entries else None
