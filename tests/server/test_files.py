"""Files that tasks left, to download; and nothing else that is on the disk."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from cellburst.model.blob import BlobRef
from cellburst.model.events import RunSubmitted, TasksEnded
from cellburst.model.outcome import FileEntry
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder
from cellburst.server.service import Service
from tests.server.library import API, RUN, get, keep, refused
from tests.unit.store.builders import T0, make_result, make_run

BIG = bytes(range(256)) * 5000


def fill(folders: Folders, **files: bytes) -> dict[str, BlobRef]:
    """A run whose first task left these files."""
    blobs = BlobFolder(folders.blobs)
    refs = {path: blobs.put(data) for path, data in files.items()}
    entries = tuple(FileEntry(path, ref) for path, ref in refs.items())
    keep(folders, RunSubmitted(make_run()), TasksEnded(RUN, (make_result(0, files=entries),), T0))
    return refs


async def download(jp_fetch: Any, path: str, **more: Any) -> Any:
    return await jp_fetch(*API, "runs", RUN, "tasks", "0", "files", path, **more)


async def test_a_file_comes_as_it_was_and_is_saved_not_shown(jp_fetch: Any, service: Service, folders: Folders) -> None:
    refs = fill(folders, **{"page.html": b"<script>alert(1)</script>", 'plots/läuft "1".png': BIG, "empty": b""})
    page = await download(jp_fetch, "page.html")
    assert page.body == b"<script>alert(1)</script>"
    assert page.headers["Content-Type"] == "application/octet-stream"
    assert page.headers["Content-Disposition"] == 'attachment; filename="page.html"'
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Content-Security-Policy"].startswith("sandbox")
    assert page.headers["ETag"] == f'"{refs["page.html"].digest}"'
    plot = await download(jp_fetch, 'plots/läuft "1".png')
    assert plot.body == BIG
    named = "attachment; filename=\"l_uft _1_.png\"; filename*=UTF-8''l%C3%A4uft%20%221%22.png"
    assert plot.headers["Content-Disposition"] == named
    assert (await download(jp_fetch, "empty")).body == b""


async def test_a_path_may_come_with_its_slashes_escaped(
    http_server_client: Any, jp_auth_header: Any, jp_base_url: str, service: Service, folders: Folders
) -> None:
    fill(folders, **{"a/b c": b"kept"})
    place = f"{jp_base_url}cellburst/api/v1/runs/{RUN}/tasks/0/files/"
    for path in ("a%2Fb%20c", "a/b%20c"):
        assert (await http_server_client.fetch(place + path, headers=jp_auth_header)).body == b"kept"


async def test_ranges_and_what_the_client_has(jp_fetch: Any, service: Service, folders: Folders) -> None:
    refs = fill(folders, big=BIG)
    part = await download(jp_fetch, "big", headers={"Range": "bytes=300000-900000"})
    assert (part.code, part.body) == (206, BIG[300_000:900_001])
    assert part.headers["Content-Range"] == f"bytes 300000-900000/{len(BIG)}"
    known = await download(jp_fetch, "big", headers={"If-None-Match": f'"{refs["big"].digest}"'}, raise_error=False)
    assert (known.code, known.body) == (304, b"")
    beyond = await download(jp_fetch, "big", headers={"Range": f"bytes={len(BIG)}-"}, raise_error=False)
    assert beyond.code == 416


@pytest.mark.parametrize(
    "path",
    [
        *("secret", "../secret", "%2e%2e/secret", "/etc/passwd", "..", "../../stores/env.db"),
        *("a/../kept", "./kept", "kept/", "KEPT", "kept\0", "x" * 5000),
    ],
)
async def test_only_what_is_recorded_is_there(
    path: str, http_server_client: Any, jp_auth_header: Any, jp_base_url: str, service: Service, folders: Folders
) -> None:
    fill(folders, kept=b"kept")
    for place in (folders.data, folders.blobs, folders.blobs / "00", folders.outputs):
        place.mkdir(parents=True, exist_ok=True)
        (place / "secret").write_bytes(b"a secret")
    for written in (quote(path, safe=""), quote(path)):
        address = f"{jp_base_url}cellburst/api/v1/runs/{RUN}/tasks/0/files/{written}"
        answer = await http_server_client.fetch(address, headers=jp_auth_header, raise_error=False)
        assert answer.code in (400, 404)
        assert b"a secret" not in answer.body


async def test_tasks_that_left_nothing_or_are_not_there(jp_fetch: Any, service: Service, folders: Folders) -> None:
    fill(folders, kept=b"kept")
    assert (await refused(jp_fetch, "runs", RUN, "tasks", "1", "files", "kept"))[0] == 404
    assert (await refused(jp_fetch, "runs", RUN, "tasks", "9", "files", "kept"))[0] == 404
    assert (await refused(jp_fetch, "runs", "0000009-abcd", "tasks", "0", "files", "kept"))[0] == 404


@pytest.mark.parametrize("damage", [b"dept", b"kep", None])
async def test_a_file_that_is_not_what_was_written(
    damage: bytes | None, jp_fetch: Any, service: Service, folders: Folders
) -> None:
    ref = fill(folders, kept=b"kept")["kept"]
    path = BlobFolder(folders.blobs).path(ref)
    path.chmod(0o600)
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    code, error = await refused(jp_fetch, "runs", RUN, "tasks", "0", "files", "kept")
    assert (code, error["type"]) == (409, "DamagedBlobError")


async def test_a_task_is_told_with_its_files(jp_fetch: Any, service: Service, folders: Folders) -> None:
    fill(folders, **{"a/b": b"kept", "c": b""})
    expected = [{"path": "a/b", "size": 4}, {"path": "c", "size": 0}]
    assert (await get(jp_fetch, "runs", RUN, "tasks", "0"))["files"] == expected
    assert (await get(jp_fetch, "runs", RUN, "tasks"))["tasks"][0]["files"] == expected
