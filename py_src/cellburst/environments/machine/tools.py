"""uv, which builds environments: the one in the image, the one that was sent along, or the one of the package index."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from typing import Any

from . import facts
from .fetch import Bucket, FetchError
from .telling import Trouble

_PUBLIC = "https://pypi.org/pypi/uv"
_JSON = "application/vnd.pypi.simple.v1+json"


def uv(recipe: dict[str, Any], bucket: Bucket, shared: str, folder: str) -> str:
    """The path of a uv that works here. Raises Trouble."""
    sent = recipe["uv_sha256"]
    place = os.path.join(folder, "uv")
    if sent:
        data = bucket.get(f"{shared}blob/{sent}")
        if hashlib.sha256(data).hexdigest() != sent:
            raise Trouble("uv, which builds the environment, is not the one that was sent; it was not executed")
        return _placed(data, place)
    found = shutil.which("uv")
    if found and _works(found):
        return found
    try:
        return _placed(_of_wheel(_wheel(recipe["index"], recipe["uv"])), place)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, FetchError) as error:
        where = recipe["index"] or "the public package index"
        raise Trouble(
            f"uv, which builds the environment, cannot be fetched from {where}: {error}; let the machines reach it "
            "(a subnet with a way out), or name an image that has the packages (image = in the target)"
        ) from None


def _placed(program: bytes, place: str) -> str:
    with open(place, "wb") as file:
        file.write(program)
    os.chmod(place, 0o755)
    if not _works(place):
        raise Trouble("uv, which builds the environment, does not work on this kind of machine")
    return place


def _works(program: str) -> bool:
    try:
        return subprocess.run([program, "--version"], stdout=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def _wheel(index: str, version: str) -> bytes:
    """The wheel of uv for this machine, checked by the index's own digest of it."""
    files = _listed_simply(index) if index else _listed(version)
    fitting = [file for file in files if _fits(file["filename"])]
    exact = [file for file in fitting if file["filename"].startswith(f"uv-{version}-")]
    if not fitting:
        raise ValueError("it has none for this machine")
    chosen = (exact or fitting)[-1]
    data = _read(chosen["url"])
    if hashlib.sha256(data).hexdigest() != chosen["sha256"]:
        raise ValueError("what came is not what the index says")
    return data


def _listed(version: str) -> list[dict[str, str]]:
    try:
        said = json.loads(_read(f"{_PUBLIC}/{version}/json" if version else f"{_PUBLIC}/json"))
    except urllib.error.HTTPError:  # a version that was withdrawn, or never published
        said = json.loads(_read(f"{_PUBLIC}/json"))
    urls = [(f, urllib.parse.urljoin(f"{_PUBLIC}/json", f["url"])) for f in said["urls"]]
    return [{"filename": f["filename"], "url": url, "sha256": f["digests"]["sha256"]} for f, url in urls]


def _listed_simply(index: str) -> list[dict[str, str]]:
    """A project's page of a package index: PEP 691, or the HTML of PEP 503."""
    base = f"{index.rstrip('/')}/uv/"
    text = _read(base, _JSON).decode()
    if text.lstrip().startswith("{"):
        found = [(f["filename"], f["url"], f["hashes"].get("sha256", "")) for f in json.loads(text)["files"]]
    else:
        links = re.findall(r'href="([^"#]+)(?:#sha256=([0-9a-f]{64}))?"', text)
        found = [(urllib.parse.unquote(link.rsplit("/", 1)[-1]), link, digest) for link, digest in links]
    return [
        {"filename": name, "url": urllib.parse.urljoin(base, link), "sha256": digest}
        for name, link, digest in found
        if digest and name.endswith(".whl")
    ]


def _fits(filename: str) -> bool:
    libc = "musllinux" if "musl" in facts.alike() else "manylinux"
    return filename.endswith(f"_{facts.arch()}.whl") and libc in filename


def _of_wheel(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as wheel:
        return wheel.read(next(name for name in wheel.namelist() if name.endswith(".data/scripts/uv")))


def _read(url: str, accept: str = "*/*") -> bytes:
    headers = {"Accept": accept, "User-Agent": "cellburst"}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as answer:
        data: bytes = answer.read()
        return data
