"""Where packages come from here, as far as a machine may be told: no password leaves this computer."""

from __future__ import annotations

import configparser
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from cellburst.errors import EnvironmentRefused

_MAIN = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
_MORE = ("UV_INDEX", "UV_EXTRA_INDEX_URL", "PIP_EXTRA_INDEX_URL")
_NEAR = ("localhost", "127.", "[::1]", "::1")


def configured() -> tuple[str, list[str]]:
    """The address of the main package index ("": the public one), and further ones, as pip and uv are told of them.

    Those on this computer are left out. Raises EnvironmentRefused for one that needs a password.
    """
    files = _of_files()
    main = next((found for name in _MAIN if (found := os.environ.get(name, ""))), files.get("index-url", ""))
    more = " ".join([*(os.environ.get(name, "") for name in _MORE), files.get("extra-index-url", "")]).split()
    kept = [_checked(address) for text in more if not _is_near(address := _bare(text))]
    return "" if not main or _is_near(_bare(main)) else _checked(_bare(main)), list(dict.fromkeys(kept))


def uv_version() -> str:
    """The version of uv that builds environments on machines: the one here, or any."""
    try:
        return version("uv")
    except PackageNotFoundError:
        return ""


def python_mirror() -> str:
    """Where uv gets Pythons from; "" for its own place. Raises EnvironmentRefused for one that needs a password."""
    address = os.environ.get("UV_PYTHON_INSTALL_MIRROR", "")
    return "" if not address or _is_near(address) else _checked(address)


def _bare(address: str) -> str:
    """Without the name that uv allows in front: "corp=https://..."."""
    name, separator, rest = address.partition("=")
    return rest if separator and "/" not in name else address


def _is_near(address: str) -> bool:
    return (urlsplit(address).hostname or "").startswith(_NEAR) or not address.startswith(("http://", "https://"))


def _checked(address: str) -> str:
    parts = urlsplit(address)
    if parts.username or parts.password:
        raise EnvironmentRefused(
            f"the package index at {parts.hostname} is configured with a password, and passwords are not sent to "
            "machines; use a target with image = an image that has the packages, or an index that the machines' role "
            "may read (such as a bucket or CodeArtifact behind a proxy of your own) without one"
        )
    return address


def _of_files() -> dict[str, str]:
    """What pip's configuration files say; later ones win, as for pip."""
    parser = configparser.RawConfigParser(strict=False)
    for file in _files():
        try:
            parser.read(file, "utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
    found: dict[str, str] = {}
    for section in ("global", "install"):
        if parser.has_section(section):
            found.update({name.replace("_", "-"): value for name, value in parser.items(section)})
    return found


def _files() -> list[Path]:
    named = os.environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return []
    home = Path.home()
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    places = [Path("/etc/pip.conf"), home / ".pip" / "pip.conf", config / "pip" / "pip.conf"]
    if sys.platform == "darwin":
        places.insert(2, home / "Library" / "Application Support" / "pip" / "pip.conf")
    return [*places, Path(sys.prefix, "pip.conf"), *([Path(named)] if named else [])]
