"""The Python environment that a machine has to be given: the sender's own."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cellburst.model.blob import BlobRef


class Package(Struct, frozen=True, array_like=True):
    """A distribution. "index": by name and version from a package index; "archive": its files are in ``blob``.

    ``sha256`` is of the blob's bytes. ``place`` is the folder that a source was found in by imports here.
    """

    name: str
    version: str
    source: Literal["index", "archive"] = "index"
    blob: BlobRef | None = None
    sha256: str = ""
    place: str = ""


class Environment(Struct, frozen=True):
    """Everything that Python needs on the far side to be as it is here.

    ``digest`` (lower-case hexadecimal SHA-256) is of all of it; ``build`` of what is installed once and kept: Python
    and ``packages``, so that a changed module of the user's own builds nothing anew. ``python`` is "3.11";
    ``platform`` the sender's ("linux-x86_64"), ``target`` the machines'. ``cellburst`` is the sender's own version,
    shipped as an archive. ``sources`` are archives of editable and local code, unpacked and put on ``sys.path`` in
    their order. ``left_out`` says of each package (or file that looks like a secret) that is not sent why ("pywin32:
    for Windows only"). ``executable`` is the sender's Python. ``index`` is where packages come from, ``indexes``
    where else, and ``pythons`` where uv gets Pythons ("": the public places).
    """

    digest: str
    python: str
    platform: str
    packages: tuple[Package, ...]
    cellburst: Package
    sources: tuple[Package, ...] = ()
    left_out: tuple[str, ...] = ()
    build: str = ""
    target: str = "linux-x86_64"
    executable: str = ""
    index: str = ""
    indexes: tuple[str, ...] = ()
    pythons: str = ""

    def blobs(self) -> tuple[BlobRef, ...]:
        """The archives that machines are given."""
        packages = (self.cellburst, *self.sources, *self.packages)
        return tuple(package.blob for package in packages if package.blob is not None)
