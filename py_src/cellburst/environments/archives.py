"""Archives that are the same bytes for the same files, whoever packs them and when."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterable

from cellburst.environments.trees import SourceFile
from cellburst.errors import EnvironmentRefused

_LARGEST = 3  # how many files a refusal names
_LEVEL = 6


def packed(files: Iterable[SourceFile], extra: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """A gzip-compressed tar of ``files`` and of (name, content) pairs: sorted, without times, owners and links."""
    entries: dict[str, tuple[SourceFile | None, bytes]] = {file.name: (file, b"") for file in files}
    entries |= {name: (None, content) for name, content in extra}
    out = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=_LEVEL, mtime=0, filename="") as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name in sorted(entries):
            file, content = entries[name]
            if file is not None:
                with open(file.path, "rb") as opened:
                    content = opened.read()
            archive.addfile(_header(name, len(content), file is not None and file.executable), io.BytesIO(content))
    return out.getvalue()


def check_size(what: str, folder: str, files: list[SourceFile], limit: int) -> None:
    """Raises EnvironmentRefused, naming the largest files, when they are more than ``limit`` bytes together."""
    size = sum(file.size for file in files)
    if size <= limit:
        return
    largest = sorted(files, key=lambda file: -file.size)[:_LARGEST]
    named = ", ".join(f"{file.name} ({file.size:,} bytes)" for file in largest)
    raise EnvironmentRefused(
        f"the code of {what} in {folder} has {size:,} bytes, more than {limit:,} that are sent; the largest: {named}. "
        f"Name what no task needs in {folder}/.cellburstignore, or raise CELLBURST_SOURCE_BYTES"
    )


def _header(name: str, size: int, executable: bool) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size = size
    header.mode = 0o755 if executable else 0o644
    return header
