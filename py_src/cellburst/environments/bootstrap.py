"""What a machine is started with: user data that ends it in time, and the files that it fetches."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import msgspec

from cellburst.environments import indexes, platforms, shipped
from cellburst.errors import EnvironmentRefused
from cellburst.model.agent import AgentConfig
from cellburst.model.blob import BlobRef
from cellburst.model.environment import Environment, Package
from cellburst.model.plan import Plan

LIMIT = 16 * 1024
"""Bytes of user data that EC2 takes, before its base64."""

_MODULES = "cellburst.environments.machine"
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Parcel:
    """What every machine of a run fetches before its agent starts, from ``RunKeys.blob(sha256)``.

    ``program`` and ``recipe`` are bytes to be put there under their SHA-256; ``archives`` are blobs of the blob folder
    by theirs. They are the same for every run with the same environment, so most are there already.
    """

    program: bytes
    recipe: bytes
    archives: dict[str, BlobRef]
    uv: bytes = b""

    @property
    def objects(self) -> dict[str, bytes]:
        """The bytes that are not in the blob folder, by their SHA-256."""
        return {hashlib.sha256(data).hexdigest(): data for data in (self.program, self.recipe, self.uv) if data}


def has_packages(plan: Plan) -> bool:
    """Whether the machines of a plan have their packages already, which are then compared and not installed."""
    return bool(plan.image) or plan.provider == "fakecloud"


def parcel(environment: Environment, *, prebuilt: bool = False) -> Parcel:
    """The program that sets a machine up and what it is to make.

    ``prebuilt``: the machines have the packages (``has_packages``), so they are only compared.
    """
    uv = b"" if prebuilt else _own_uv(environment)
    archived = (environment.cellburst, *environment.sources, *(() if prebuilt else environment.packages))
    return Parcel(
        program=program(),
        recipe=json.dumps(recipe(environment, uv, prebuilt=prebuilt), sort_keys=True).encode(),
        archives={package.sha256: package.blob for package in archived if package.blob is not None},
        uv=uv,
    )


def recipe(environment: Environment, uv: bytes = b"", *, prebuilt: bool = False) -> dict[str, object]:
    """What ``environments.machine`` reads: plain data."""
    uv_sha256 = hashlib.sha256(uv).hexdigest() if uv else ""
    named = [package for package in environment.packages if package.source == "index"]
    files_of = [package for package in environment.packages if package.source == "archive"]
    return {
        "python": environment.python,
        "platform": environment.platform,
        "digest": environment.digest,
        "build": environment.build,
        "packages": [[package.name, package.version] for package in named],
        "archives": [_said(package) for package in files_of],
        "cellburst": _said(environment.cellburst),
        "sources": [_said(package) for package in environment.sources],
        "index": environment.index,
        "indexes": environment.indexes,
        "uv": indexes.uv_version(),
        "uv_sha256": uv_sha256,
        "python_mirror": environment.pythons,
        "prebuilt": prebuilt,
        "executable": environment.executable,
        "needs": shipped.own_requirements(),
    }


def user_data(agent: AgentConfig, parcel: Parcel, *, lifetime: float, root: str = "/opt/cellburst") -> str:
    """A script for the machine's first boot; at most ``LIMIT`` bytes, and nothing in it is a secret.

    Its first command arms the end of the machine, ``lifetime`` seconds from then and at ``agent.deadline`` at the
    latest. ``root`` is the folder for Python and packages. Raises EnvironmentRefused if it would be too long.
    """
    program, recipe = (hashlib.sha256(data).hexdigest() for data in (parcel.program, parcel.recipe))
    config = {"agent": msgspec.to_builtins(agent), "program": program, "recipe": recipe, "root": root}
    text = (
        (files(_MODULES) / "user_data.sh")
        .read_text("utf-8")
        .replace("@LIFETIME@", str(max(1, int(lifetime))))
        .replace("@DEADLINE@", str(int(agent.deadline)))
        .replace("@CONFIG@", repr(json.dumps(config, separators=(",", ":"))))
        .replace("@FETCH@", (files(_MODULES) / "fetch.py").read_text("utf-8").strip())
    )
    if len(text.encode()) > LIMIT:
        raise EnvironmentRefused(f"the user data of a machine would have {len(text.encode()):,} bytes of {LIMIT:,}")
    return text


def _own_uv(environment: Environment) -> bytes:
    """The uv that is here, if machines are likely to need it: where packages come from an index of one's own."""
    if not environment.index or environment.target != platforms.here():
        return b""
    try:
        from uv import find_uv_bin

        return Path(find_uv_bin()).read_bytes()
    except (ImportError, OSError):
        return b""


def program() -> bytes:
    """``environments.machine`` as an archive that any Python can execute; the same bytes every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for module in sorted(files(_MODULES).iterdir(), key=lambda file: file.name):
            if module.name.endswith(".py"):
                _add(archive, f"machine/{module.name}", module.read_bytes())
        _add(archive, "__main__.py", b"from machine.main import main\nmain()\n")
    return out.getvalue()


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)


def _said(package: Package) -> dict[str, str]:
    return {"name": package.name, "version": package.version, "sha256": package.sha256, "place": package.place}
