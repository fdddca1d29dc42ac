"""The sender's own code and cellburst itself, in front of what is installed."""

from __future__ import annotations

import os
import shutil
from typing import Any

from . import unpacking
from .fetch import Bucket
from .telling import Trouble

_LIST = "_cellburst_sources.pth"


def fetched(said: dict[str, str], bucket: Bucket, shared: str, folder: str) -> str:
    """The folder of an unpacked archive. Raises Trouble when it is not the one that was sent; FetchError."""
    place = os.path.join(folder, said["sha256"][:16])
    if os.path.isdir(place):
        return place
    archive = f"{place}.tar.gz"
    os.makedirs(folder, exist_ok=True)
    if bucket.download(f"{shared}blob/{said['sha256']}", archive) != said["sha256"]:
        raise Trouble(f"the code of {said['name']} in the bucket is not what was sent; it was not unpacked")
    unpacking.unpack(archive, f"{place}.part")
    os.rename(f"{place}.part", place)
    os.unlink(archive)
    return place


def all_of(recipe: dict[str, Any], bucket: Bucket, shared: str, folder: str) -> list[str]:
    """Folders to be imported from, cellburst's first; each source where it was at the sender's, if that can be."""
    own = fetched(recipe["cellburst"], bucket, shared, folder)
    unpacked = [(said["place"], fetched(said, bucket, shared, folder)) for said in recipe["sources"]]
    made: dict[str, str] = {}
    for wanted, place in sorted(unpacked):  # an outer folder before those in it
        if wanted and _copied(place, wanted, made):
            made[wanted] = place
    return [own, *(wanted if made.get(wanted) == place else place for wanted, place in unpacked)]


def _copied(place: str, wanted: str, made: dict[str, str]) -> bool:
    """Whether code is now found by the path that the sender knows it by; what the image has there is left alone."""
    inside = any(wanted.startswith(outer + "/") for outer in made)
    if not wanted.startswith("/") or (os.path.lexists(wanted) and not inside):
        return False
    try:
        shutil.copytree(place, wanted, dirs_exist_ok=True)
    except OSError:  # a path that Linux does not have, or a full disk
        return False
    return True


def listed(site: str, places: list[str]) -> None:
    """Put folders on the path of every Python of a virtual environment."""
    with open(os.path.join(site, _LIST), "w") as file:
        file.write("".join(f"{place}\n" for place in places))
